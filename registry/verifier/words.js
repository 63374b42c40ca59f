// What the page says, Chinese and English side by side, so that neither is forgotten.

import { EXTRACTS } from "./extract_words.js";

const WORDS = {
  ...EXTRACTS,
  // the page
  title: ["离线核验", "Check it yourself"],
  lead: [
    "核验许可凭证包、回执、登记簿摘录或带凭证包的证书。一切在本机的浏览器里计算，什么也不发送。",
    "Check a license bundle, a receipt, an extract or a certificate that carries its bundle. Everything is computed in this browser; nothing is sent.",
  ],
  other_language: ["English", "中文"],
  files: ["要核验的文件", "Files to check"],
  files_hint: [
    "许可凭证包、回执、登记簿摘录（ZIP）、检查点、证明（连同其条目）或附有凭证包的证书 PDF；合同等其他 PDF 可以一并放入。",
    "A bundle, a receipt, an extract (ZIP), a checkpoint, a proof with its entry, or a certificate PDF that carries its bundle; other papers (PDF) may be put beside it.",
  ],
  drop: ["也可以把文件拖到这里。", "Or drop the files here."],
  trust: ["登记方的公钥", "The registry's key"],
  trust_hint: [
    "一行一把公钥，或一份 tlog-policy；也可以把公钥文件和要核验的文件一起放入。请从登记方以外的途径取得：只有对照一把另外得来的公钥，才能知道文件是谁签发的。",
    "One key a line, or a tlog-policy; a file with the key may also be dropped beside the others. Get it by a way of your own: only against a key that came from elsewhere can you know who issued the file.",
  ],
  check: ["核验", "Check"],
  about: ["这个页面怎样工作", "How this page works"],
  about_words: [
    "它是一个不依赖任何服务器的文件：断开网络也能用，其内容安全策略禁止一切连接。它与登记方的程序不共用任何代码，只按公开的格式说明写成。",
    "It is one file that needs no server: it works with the network off, and its content security policy forbids every connection. It shares no code with the registry's own program and follows the published formats alone.",
  ],
  no_script: ["需要打开 JavaScript。", "JavaScript is needed."],
  checking: ["正在核验……", "Checking…"],
  print: ["打印", "Print"],
  result: ["核验结果", "Result"],
  chosen: ["文件：{names}", "Files: {names}"],
  comma: ["、", ", "],
  part: ["{name}：{value}", "{name}: {value}"],
  // what was brought cannot be checked as it is
  no_file: ["请先选择文件。", "Choose a file first."],
  too_many_files: ["一次只核验一份凭证包、回执或证书。", "One bundle, receipt or certificate at a time."],
  too_large: ["文件超过 64 MB，这里不核验。", "A file larger than 64 MB is not checked here."],
  papers_need_bundle: ["核对其他文件需要许可凭证包；回执里没有文件的摘要。", "Papers are compared with a license bundle; this file names no papers."],
  proof_needs_entry: ["核验证明需要它所指的那一条目，请一并选择。", "A proof is checked with the entry it is about: choose both."],
  bad_trust: ["公钥或策略的格式不对：", "The key or policy cannot be read: "],
  broken: ["浏览器没有算完，什么也没有证明。", "The browser did not finish; nothing has been shown."],
  // verdicts
  verdicts: ["四项结论", "Four verdicts"],
  integrity: ["完整性", "Integrity"],
  signatures: ["各方签名", "Parties' signatures"],
  time: ["时间", "Time"],
  registration: ["登记状态", "Registration"],
  seal: ["电子印章", "Seal"],
  valid: ["成立", "holds"],
  invalid: ["不成立", "does not hold"],
  not_checkable: ["此处无法核验", "not checkable here"],
  lowered: ["仅部分成立", "holds in part"],
  place: ["存证序号", "filing"],
  filings_listed: [
    "文件里的每条记录都在所示的账本中，内容未改；此外是否另有记录，须查账本。",
    "Every filing in this file stands in the log shown, unchanged; whether there are more, the log says.",
  ],
  certificate_whole: [
    "证书与所附凭证包均未改动，证书就是账本所载签发的那一份。",
    "Certificate and bundle are unchanged, and the log says that this certificate was issued.",
  ],
  one_filing: ["该记录确在所示的账本中，内容未改。", "The filing is in the log shown, unchanged."],
  one_entry: ["该条目确在所示的账本中；其封包不在此处。", "The entry is in the log shown; its envelope is not here."],
  head_alone: ["账本头确由所给公钥签名；其下的记录不在此处。", "The head is signed by the key given; the entries under it are not here."],
  signatures_at_filing: [
    "登记方与各方当事人的签名均成立；密钥此后是否吊销，以登记方所述为准。",
    "The registry's and the parties' signatures hold; whether a key was revoked later is the registry's word.",
  ],
  signatures_in_bundle: [
    "登记方与各方当事人的签名均成立；文件中记载的吊销已计入。",
    "The registry's and the parties' signatures hold; revocations in this file are counted.",
  ],
  envelope_not_here: ["没有封包，无从核验各方签名。", "There is no envelope, so no party's signature can be checked."],
  key_not_pinned: ["没有给出登记方的公钥，只能用文件自带的公钥核对。", "The registry's key was not given; the file's own key was used."],
  key_from_site: [
    "所用公钥出自本站：能看出文件此后未改，但不能防本站自己造假。请另外取得公钥再核验。",
    "The key used came from this site: it shows that the file is unchanged, but does not guard against this site itself. Get the key by another way.",
  ],
  unlisted_signature: ["内容成立；检查点上另有不认识的签名，未予采信。", "It holds; the checkpoint also carries signatures of signers you did not name, not relied on."],
  registry_clock_only: ["时间出自登记方自己的时钟，前后不倒退；没有外部时间戳。", "Times are the registry's own and never run back; there is no outside timestamp."],
  witnessed: ["您认可的见证方已见过这一账本头。", "A witness you named has seen this head of the log."],
  witness_unpinned: ["检查点上有见证方的签名，但您没有给出其公钥，未予采信。", "Witnesses signed the checkpoint, but their keys were not given; not relied on."],
  timestamp_not_here: [
    "附有外部时间戳，浏览器里不核验；请用命令 registry verify 或 openssl ts。",
    "There is an outside timestamp; this page does not check it. Use the command registry verify, or openssl ts.",
  ],
  later_filings_unknown: [
    "以文件中的记录为准；此后是否撤回、终止或更正，须查账本；主管机关的决定须向该机关核实。",
    "As far as the filings in this file say; what came later is in the log, and an office's decision is to be confirmed with that office.",
  ],
  as_bundled: [
    "以文件中的记录为准，止于其检查点；主管机关的决定须向该机关核实。",
    "As the filings in this file say, up to its checkpoint; an office's decision is to be confirmed with that office.",
  ],
  not_reached: ["前面已不成立，未再核验。", "Not checked, because something before it does not hold."],
  browser_cannot: [
    "这个浏览器缺少所需的密码学功能，什么也没有核验。请换用较新的浏览器，或用命令 registry verify。",
    "This browser lacks the cryptography needed, so nothing was checked. Use a newer browser or the command registry verify.",
  ],
  newer_edition: [
    "文件中另载有同类文件的较新版本：所给的一份可能已被取代，请查核验页面。",
    "The filings name a later edition of such a paper: the one given may be superseded; ask the verify page.",
  ],
  seal_known: [
    "印章覆盖整个文件，盖章后未改；印章证书是您给出的，或由您给出的证书签发。",
    "It covers the whole file, unchanged since; its certificate is one you gave, or one under it.",
  ],
  seal_self_made: [
    "印章覆盖整个文件，盖章后未改；但印章证书是自签的，没有第三方担保盖章人是谁。",
    "It covers the whole file, unchanged since; but its certificate is self-made: nobody vouches for whose it is.",
  ],
  seal_unknown: [
    "印章覆盖整个文件，盖章后未改；但印章证书不在您给出之列，不能确认盖章人是谁。",
    "It covers the whole file, unchanged since; but its certificate is none you gave, so whose it is is not known.",
  ],
  seal_expired: [
    "印章成立；印章证书此后已经到期，浏览器里又不核对印章上的时间戳。",
    "It holds; its certificate has expired since, and timestamps on seals are not checked in a browser.",
  ],
  seal_out_of_time: ["盖章之时印章证书不在有效期内，未予采信。", "Its certificate was not valid when it was set; not relied on."],
  seal_usage: ["印章证书的用途不包括签名，未予采信。", "Its certificate is not one for signatures; not relied on."],
  seal_missing: ["没有电子印章；其余各项不受影响。", "There is no seal; the rest stands without one."],
  seal_timestamp_not_here: [
    "印章上附有时间戳，浏览器里不核验；请用命令 registry verify。",
    "The seal carries a timestamp, which this page does not check; use the command registry verify.",
  ],
  seal_facts: ["{by}，{at}{how}；证书指纹 {fingerprint}", "{by}, {at}{how}; certificate's fingerprint {fingerprint}"],
  seal_by_itself: ["（自签）", " (self-made)"],
  // what does not hold
  seal_wrong: [
    "印章不成立：盖章后内容被改动，或者印章不是该证书所盖。",
    "The seal does not hold: something was changed after sealing, or another key made it.",
  ],
  seal_differs: [
    "盖章后文件被改动：印章部分与规定的写法不符。",
    "The file was changed after sealing: what was added is not what it must be.",
  ],
  seal_appended: ["盖章后文件末尾被添加了内容。", "Bytes were appended behind the seal."],
  unreadable: ["文件无法读取，或格式不对。", "The file cannot be read or is not of a known form."],
  attachment_differs: [
    "PDF 未附凭证包，或附加部分与规定的写法不同：有人改动过，或另加了内容。",
    "The PDF carries no bundle, or what was added is not what it must be: somebody changed it or added to it.",
  ],
  paper_unknown: ["有一份文件不是账本所载签发的文件，或已被改动。", "A paper is not one the log says was issued, or it was changed."],
  subject_missing: ["文件里没有关于其编号的记录。", "The file holds no filing about its number."],
  salt_reused: ["两项披露用了同一个盐值。", "Two disclosed values have the same salt."],
  entry_malformed: ["记录的字节不规范。", "The entry is not canonically written."],
  sequence_broken: ["序号不对。", "The sequence numbers do not fit."],
  envelope_differs: ["封包与记录所载摘要不符。", "The envelope is not the one the entry names."],
  envelope_malformed: ["封包的字节不规范。", "The envelope is not canonically written."],
  entry_mislabelled: ["记录的类型或对象与封包不符。", "The entry's type or subject is not its envelope's."],
  chain_broken: ["与前一条记录接不上。", "The entry does not follow the one before."],
  time_runs_back: ["时间倒退。", "Time runs back."],
  start_misplaced: ["账本的起始记录缺失或错位。", "The log's first filing is missing or misplaced."],
  origin_differs: ["不是同一个账本。", "This is another log."],
  checkpoint_malformed: ["检查点格式不对。", "The checkpoint is malformed."],
  checkpoint_signature: ["检查点不是由所给公钥签名的，或签名有误。", "The checkpoint is not signed by the key given, or a signature on it is wrong."],
  checkpoint_key_range: ["检查点由当时无效的登记方密钥签名。", "A key of the registry's signed the checkpoint where it was not valid."],
  quorum_missing: ["见证方的签名不足所定之数。", "Too few of the witnesses you named have signed the checkpoint."],
  proof_wrong: ["包含证明不成立。", "The inclusion proof does not hold."],
  proof_malformed: ["包含证明格式不对。", "The inclusion proof is malformed."],
  file_unexpected: ["有不该有的记录或文件。", "There is a filing or a file that does not belong here."],
  disclosure_differs: ["披露的内容与承诺不符。", "A disclosed value is not the one committed to."],
  key_unknown: ["签名密钥未经登记。", "The signing key was never enrolled."],
  key_revoked: ["签名密钥当时已失效。", "The signing key had ended."],
  key_known: ["密钥重复登记。", "The key was enrolled twice."],
  key_malformed: ["密钥记录不合规则。", "The key filing breaks the rules."],
  signature_invalid: ["签名不成立。", "A signature does not hold."],
  statement_repeated: ["同一份已签陈述用了两次：所签的只是一次登记。", "One signed statement stands twice: it was signed for one filing."],
  statement_mismatch: ["所签内容与记录不符。", "What was signed is not what was filed."],
  // the sentence
  failed: ["核验不通过：这不是当初签发的内容。", "The check failed: this is not what was issued."],
  too_few: [
    "按所给的规则不予认可：会签的见证方不够。回执只有登记方一家的签名，请用登记方的公钥核对。",
    "Not accepted under the policy given: too few witnesses cosigned. A receipt carries the registry's signature alone; check it with the registry's key.",
  ],
  no_bundle: [
    "这份 PDF 里没有完好的凭证包，不能据以核验。合同等文件请与凭证包一并放入。",
    "This PDF carries no intact bundle to check it by. Put a contract or other paper beside its bundle.",
  ],
  not_read: [
    "读不懂这个文件：它不是这里能核验的种类，或者已经损坏。",
    "This file cannot be read: it is of no kind that is checked here, or was damaged.",
  ],
  unknown: ["什么也没有核验。", "Nothing was checked."],
  form_only: ["只看了格式：没有公钥，签名无从核验。", "Only its form was read: without a key no signature can be checked."],
  issuer_unknown: ["文件前后一致，但不能确认是谁签发的。它自称：", "The file is self-consistent, but who issued it is not known. It says:"],
  issuer_site: ["与本站的公钥相符。文件载明：", "It fits this site's own key. It says:"],
  said_in_force: [
    "这份许可于 {from}生效，许可期至 {to}；文件中的记录止于 {asof}，其中没有终止。",
    "This license took effect on {from} and runs to {to}; the filings here reach to {asof}, and none of them ends it.",
  ],
  said_open_end: ["这份许可于 {from}生效；文件中的记录止于 {asof}，其中没有终止。", "This license took effect on {from}; the filings here reach to {asof}, and none of them ends it."],
  said_expired: ["这份许可于 {from}生效，许可期已于 {to}届满。", "This license took effect on {from}; its term ended on {to}."],
  said_ended: ["这份许可于 {from}生效，已于 {to}终止。", "This license took effect on {from} and ended on {to}."],
  said_never: ["实施通知于 {on}登记，已于 {to}终止，没有生效。", "The notice was filed on {on} and ended on {to} without taking effect."],
  said_noticed: ["实施通知于 {on}登记；文件中没有生效的记录。", "The notice was filed on {on}; nothing here says that the license took effect."],
  said_several: ["文件含 {count} 项通知，各自的状态见下。", "The file holds {count} notices; see each of them below."],
  said_offered: [
    "这份开放许可声明于 {on}发布，接受通知至 {to}；文件中的记录止于 {asof}，其中没有暂停、撤回或结束。",
    "This declaration was published on {on} and takes notices until {to}; the filings here reach to {asof}, and none of them pauses, withdraws or ends it.",
  ],
  said_paused: ["这份开放许可声明于 {on}发布，已于 {to}暂停。", "This declaration was published on {on} and paused on {to}."],
  said_closed: ["这份开放许可声明于 {on}发布，已于 {to}结束或撤回。", "This declaration was published on {on} and ended or was withdrawn on {to}."],
  said_filing: ["存证序号 {seq} 的记录“{type}”于 {on}登记。", "Filing {seq}, “{type}”, was entered on {on}."],
  said_head: ["账本头：共 {count} 条记录。", "A head of the log, with {count} entries."],
  // facts
  facts: ["登记的内容", "What was filed"],
  log: ["账本", "Log"],
  size: ["检查点的条数", "Entries under the checkpoint"],
  subject: ["编号", "Number"],
  patents: ["专利号", "Patents"],
  owners: ["权利人（单位）", "Owners (organisations)"],
  track_name: ["性质", "Kind of license"],
  terms: ["标准条款", "Standard terms"],
  term: ["许可期限", "Term"],
  fee: ["使用费", "Fee"],
  papers: ["相符的文件", "Papers that agree"],
  statutory: ["经公告的开放许可", "Announced open license"],
  local: ["平台发布的普通许可，未经国家知识产权局公告", "Ordinary license on the platform, not announced by CNIPA"],
  FREE_fee: ["免费", "free of charge"],
  LUMP_fee: ["一次总付", "lump sum"],
  INSTALMENTS_fee: ["一次总算、分期支付", "fixed total paid in instalments"],
  PER_YEAR_fee: ["按年定额", "fixed amount per license year"],
  ROYALTY_SALES_fee: ["提成支付（按净销售额）", "royalty on net sales"],
  ROYALTY_PROFIT_fee: ["提成支付（按利润额）", "royalty on profit"],
  ENTRY_ROYALTY_fee: ["入门费加提成", "entry fee plus royalty"],
  OTHER_fee: ["按声明所载方式", "as the declaration says"],
  notice_paper: ["实施通知书", "notice"],
  payment_request_paper: ["付款通知单", "payment request"],
  contract_paper: ["合同文本", "contract"],
  sheet_paper: ["技术合同登记表", "registration sheet"],
  certificate_paper: ["许可证书", "license certificate"],
  name_part: ["名称", "name"],
  uscc_part: ["统一社会信用代码", "unified social credit code"],
  number_part: ["编号", "number"],
  title_part: ["名称", "title"],
  identity_part: ["证件", "identity"],
  phone_part: ["电话", "telephone"],
  email_part: ["邮箱", "e-mail"],
  disclosed: ["披露的内容（与承诺相符）", "Disclosed values (they open their commitments)"],
  none_disclosed: ["文件没有披露当事人与金额；它们只以承诺的形式登记。", "The file discloses neither parties nor amounts; they are filed as commitments only."],
  licensee_path: ["被许可方", "Licensee"],
  licensor_path: ["许可方", "Licensor"],
  patents_path: ["专利", "Patents"],
  intended_use_path: ["拟实施的内容", "Intended use"],
  contacts_path: ["联系方式", "Contacts"],
  record_path: ["冻结记录的摘要", "Digest of the frozen record"],
  signed_path: ["当事人自己的签名", "The party's own signature"],
  nonce_path: ["记录随机数", "Record nonce"],
  wording_path: ["文本版本", "Wording"],
  amount_path: ["金额", "Amount"],
  amounts_path: ["金额", "Amounts"],
  reference_path: ["付款识别码", "Payment reference"],
  bank_day_path: ["到账日", "Day of arrival"],
  former_path: ["原收款账户", "Former receiving account"],
  due_path: ["付的是哪一期", "Due that was paid"],
  bank_serial_path: ["银行流水号", "Bank's serial"],
  numbers_path: ["主管机关的编号", "The office's numbers"],
  office_path: ["主管机关", "Office"],
  reason_path: ["理由", "Reason"],
  reasons_path: ["理由", "Reasons"],
  evidence_path: ["证据", "Evidence"],
  persons_path: ["自然人", "Natural persons"],
  person_path: ["人员", "Person"],
  principal_path: ["委托人", "Principal"],
  agent_path: ["代理人", "Agent"],
  dealing_path: ["自己代理和双方代理", "Dealing with oneself or for both sides"],
  account_path: ["收款账户", "Receiving account"],
  values_path: ["更正的内容", "Corrected values"],
  // filings
  filings: ["经过", "Filings, in order"],
  by: ["存证序号 {seq} · 签名：{names}", "Filing {seq} · signed by {names}"],
  signer: ["{role}（{level} {kid}…）", "{role} ({level} {kid}…)"],
  registry_only: ["登记方", "the registry"],
  "log.started": ["账本开始，登记方的密钥", "The log starts, with the registry's keys"],
  "key.enrolled": ["登记当事人的密钥", "A party's key enrolled"],
  "key.rotated": ["更换密钥", "A key replaced"],
  "key.revoked": ["吊销密钥", "A key revoked"],
  "power.granted": ["授权代理人", "Power of attorney granted"],
  "power.ended": ["代理终止", "Power of attorney ended"],
  "declaration.published": ["发布声明", "Declaration published"],
  "declaration.announced": ["记载国家知识产权局公告", "CNIPA's announcement recorded"],
  "declaration.withdrawal_announced": ["记载国家知识产权局公告撤回", "CNIPA's announcement of withdrawal recorded"],
  "declaration.withdrawn": ["撤回声明", "Declaration withdrawn"],
  "declaration.ended": ["声明结束", "Declaration ended"],
  "declaration.paused": ["暂停接受通知", "Declaration paused"],
  "declaration.resumed": ["恢复接受通知", "Declaration resumed"],
  "license.noticed": ["实施通知", "Notice of the licensee"],
  "payment.claimed": ["被许可方报告已付款", "Payment reported"],
  "payment.confirmed": ["确认到账", "Payment confirmed"],
  "account.changed": ["收款账户变更", "Receiving account changed"],
  "payment.refunded": ["退款", "Refund"],
  "license.effective": ["许可生效", "License takes effect"],
  "license.ended": ["许可终止", "License ends"],
  "contract.split": ["一项许可分出另立合同", "A license goes into a contract of its own"],
  "royalty.reported": ["报告提成费", "Royalty reported"],
  "royalty.answered": ["答复提成报告", "Royalty report answered"],
  "default.noticed": ["催告履行", "Notice of default"],
  "default.answered": ["答复催告或者解除", "Answer to a notice of default or an ending"],
  "handover.recorded": ["交付资料", "Materials handed over"],
  "handover.confirmed": ["答复资料交付", "Hand-over answered"],
  "objection.decided": ["异议决定", "Objection decided"],
  "papers.issued": ["出具文件", "Papers issued"],
  "codes.changed": ["代码表改动", "Code table changed"],
  "terms.scheduled": ["确定标准条款使用之日", "Day of the standard terms set"],
  "registration.result": ["技术合同认定登记的结果", "Result of contract registration"],
  "recordal.result": ["国家知识产权局备案的结果", "Result of recordal with CNIPA"],
  "override.recorded": ["双人复核", "Two-person override"],
  correction: ["更正", "Correction"],
  licensee_role: ["被许可方", "licensee"],
  declarant_role: ["专利权人", "declarant"],
  co_owner_role: ["共有专利权人", "co-owner"],
  reviewer_role: ["审核人", "reviewer"],
  second_reviewer_role: ["复核人", "second reviewer"],
  holder_role: ["密钥持有人", "key's holder"],
  venue_role: ["交易场所", "venue"],
  principal_role: ["委托人", "principal"],
  by_agent: ["{role}的代理人", "agent of the {role}"],
  account_level: ["账号密钥", "account key"],
  external_level: ["自持密钥", "own key"],
  passkey_level: ["通行密钥", "passkey"],
  relayed_level: ["一次性密钥", "one-time key"],
  levels: ["签名级别是什么意思", "What the levels of signature mean"],
  account_means: [
    "账号密钥：密钥以本人的密码封存在登记方的服务器上，登录签署时才打开。它表明有人以该账号和密码签署，并不等于由本人单独控制的电子签名。",
    "Account key: sealed under the person's password on the registry's server and opened only to sign. It shows that somebody with that account and password signed; it is not an electronic signature under one person's sole control.",
  ],
  external_means: ["自持密钥：由该单位自己保管，登记方从未持有其私钥。", "Own key: kept by the organisation itself; the registry never held the private key."],
  relayed_means: [
    "一次性密钥：登记方只为这一份签署制作，用过即弃，使人不能从公开日志看出哪些许可属于同一被许可方。本人的密钥对同一文字的签名以承诺值记在该密钥的登记里，当事人出示时即可核对。",
    "One-time key: made by the registry for this one statement and thrown away, so that the public log does not tell which licenses one licensee holds. The signature of the party's own key over the same text is committed to in that key's enrolment and can be checked when a party shows it.",
  ],
  passkey_means: [
    "通行密钥：私钥在本人的设备里，登记方从未持有；设备先核对指纹、面容或 PIN 才签署。设备不显示所签的文字，文字由登记方的页面显示。",
    "Passkey: the private key is in the person's own device and was never with the registry; the device asked for a finger, a face or a PIN. It does not show the text that is signed: the registry's page did.",
  ],
  limits: ["这不能证明什么", "What this does not prove"],
  truth_not_proved: ["不能证明所填内容属实，也不能证明专利有效。", "It does not prove that what was typed is true, nor that a patent is valid."],
  nothing_else: ["不能证明此外没有别的记录：那要核验整本账本。", "It does not prove that nothing else was filed: that takes the whole log."],
  self_consistent_only: [
    "没有更早的凭证、见证或时间戳可比，不能排除运营方重写了全部账本。",
    "Without an earlier receipt, a witness or a timestamp it does not rule out that the operator rewrote everything.",
  ],
  office: ["公告、备案、认定登记以国家知识产权局和登记机构的结果为准。", "Announcement, recordal and contract registration are as CNIPA and the registrar decide."],
  report: ["给程序读的报告", "The report for programs"],
};

const ENGLISH = 1;
let language = 0;

/** Speak English or Chinese from here on. */
export function speak(lang) {
  language = lang === "en" ? ENGLISH : 0;
}

/** `zh` or `en`. */
export function spoken() {
  return language === ENGLISH ? "en" : "zh";
}

/** What a code is called; `params` fill `{name}`. A code nobody foresaw shows as itself. */
export function say(code, params = {}) {
  const words = Object.hasOwn(WORDS, code) ? WORDS[code][language] : code;
  return words.replace(/\{(\w+)\}/g, (_, name) => params[name]);
}

/** What a code is called, or null where there is no word for it. */
export function known(code) {
  return Object.hasOwn(WORDS, code) ? WORDS[code][language] : null;
}

/** A day, or the Shanghai day of an instant: law counts in those. */
export function day(text) {
  const instant = text.length === 10 ? `${text}T00:00:00+08:00` : text;
  const style = { timeZone: "Asia/Shanghai", year: "numeric", month: "long", day: "numeric" };
  return new Intl.DateTimeFormat(spoken() === "en" ? "en-GB" : "zh-CN", style).format(new Date(instant));
}

/** An instant to the second, Beijing time. */
export function instant(text) {
  const style = { timeZone: "Asia/Shanghai", dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" };
  return new Intl.DateTimeFormat(spoken() === "en" ? "en-GB" : "zh-CN", style).format(new Date(text));
}
