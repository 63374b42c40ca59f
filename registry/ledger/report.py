"""What a check found, in four separate verdicts and how it is said: never one green tick. Certificates have
a fifth, on their seal.

Offline: no catalogue and no framework, so the sentences stand here in both languages.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from unicodedata import category

from registry.ledger import report_facts


class State(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    NOT_CHECKABLE = "not_checkable"
    LOWERED = "lowered"


BREAKS = ("Zl", "Zp")  # Unicode's own ends of lines and paragraphs
VERDICTS = ("integrity", "signatures", "time", "registration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One of the four: its state, why (a code), and the first place that does not hold."""

    name: str
    state: State
    code: str
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The four verdicts on one thing, what it is, and what was learned on the way."""

    kind: str
    verdicts: tuple[Verdict, ...]
    pinned: bool
    origin: str = ""
    size: int = 0
    root: str = ""
    notes: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Verdict:
        return next(verdict for verdict in self.verdicts if verdict.name == name)

    @property
    def ok(self) -> bool:
        """Nothing is invalid and the registry's key was given from outside."""
        return self.pinned and all(verdict.state != State.INVALID for verdict in self.verdicts)

    @property
    def exit_code(self) -> int:
        return 0 if self.ok else 1

    @property
    def first_bad(self) -> int | None:
        """The first sequence number that does not hold."""
        places = [v.seq for v in self.verdicts if v.state == State.INVALID and v.seq is not None]
        return min(places, default=None)

    def to_json(self) -> str:
        """The report for machines."""
        value = {
            "kind": self.kind,
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "key_pinned": self.pinned,
            "first_bad_seq": self.first_bad,
            "verdicts": {
                verdict.name: {"state": verdict.state.value, "code": verdict.code, "seq": verdict.seq}
                for verdict in self.verdicts
            },
            "notes": list(self.notes),
            "facts": dict(self.facts),
        }
        return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)

    def to_text(self, lang: str = "zh") -> str:
        """The report for people: the sentence first, then the four verdicts, then what they do not prove."""
        words = ENGLISH if lang == "en" else CHINESE
        lines = [words[_headline(self)], ""]
        for verdict in self.verdicts:
            place = f" [seq {verdict.seq}]" if verdict.seq is not None else ""
            said = words.get(verdict.code, verdict.code)
            lines.append(f"{words[verdict.name]}: {words[verdict.state.value]} - {said}{place}")
        lines += ["", f"{words['log']}: {_plain(self.origin or '?')}, {words['size']} {self.size}"]
        lines += [_plain(line) for line in report_facts.lines(self.facts, lang)]
        return "\n".join([*lines, *(words.get(note, note) for note in self.notes)]) + "\n"


def _plain(line: str) -> str:
    """What others typed stays in its line: elsewhere, or by escapes, it could pass for a verdict."""
    return "".join(sign.encode("unicode_escape").decode() if _steers(sign) else sign for sign in line)


def _steers(sign: str) -> bool:
    kind = category(sign)
    return kind[0] == "C" or kind in BREAKS


def _headline(report: Report) -> str:
    found = [verdict.code for verdict in report.verdicts if verdict.state == State.INVALID]
    if found:  # nothing need have been changed where too few vouch for a head, or a file is none of ours
        return _OF_ONE_FAULT.get(found[0], "headline_invalid") if len(found) == 1 else "headline_invalid"
    return "headline_ok" if report.pinned else "headline_unpinned"


_OF_ONE_FAULT = {
    "quorum_missing": "headline_quorum",
    "attachment_differs": "headline_no_bundle",
    "unreadable": "headline_unreadable",
}
CHINESE: Mapping[str, str] = {
    "headline_ok": "可核验的部分全部成立。",
    "headline_unpinned": "内容前后一致，但没有给出登记方的公钥，不能确认是谁签发的。",
    "headline_invalid": "核验不通过：内容与签发时不一致。",
    "headline_no_bundle": "这份 PDF 里没有完好的凭证包，不能据以核验。合同等文件请与凭证包一并放入。",
    "headline_unreadable": "读不懂这个文件：它不是这里能核验的种类，或者已经损坏。",
    "headline_quorum": (
        "按所给的规则不予认可：会签的见证方不够。回执只有登记方一家的签名，请用登记方的公钥核对。"
    ),
    "integrity": "完整性",
    "signatures": "各方签名",
    "time": "时间",
    "registration": "登记状态",
    "seal": "电子印章",
    "valid": "成立",
    "invalid": "不成立",
    "not_checkable": "此处无法核验",
    "lowered": "仅部分成立",
    "log": "账本",
    "size": "条数",
    "whole_log": "每一条记录都在原位，未增、未删、未改、未换序。",
    "one_filing": "该记录确在所示的账本中，内容未改。",
    "filings_listed": "所列各条记录确在所示的账本中，内容未改；包外是否另有记录，须查账本。",
    "certificate_whole": "证书与所附凭证包均未改动，证书是账本所载签发的那一份。",
    "signatures_in_bundle": "签名均成立；凭证包所含的吊销已计入。",
    "extract_whole": "清单由登记方签名，所列文件俱在、未改；抽样可以重做，所附凭证包都在同一账本头之下。",
    "list_whole": "清单由登记方签名，所列文件俱在、未改。",
    "one_entry": "该条目确在所示的账本中；其封包不在此处。",
    "head_alone": "账本头确由所给公钥签名；其下的记录不在此处。",
    "signatures_in_extract": "登记方对清单的签名成立；所附凭证包中的各方签名均成立。",
    "signature_of_list": "登记方对清单的签名成立；其中没有当事人的签名。",
    "all_signatures": "登记方与各方当事人的签名均成立；至账本末尾为止的吊销已计入。",
    "signatures_at_filing": "签名均成立；密钥此后是否吊销，以登记方所述为准。",
    "envelope_not_here": "没有封包，无从核验各方签名。",
    "key_not_pinned": "没有给出登记方的公钥，只能用文件自带的公钥核对。",
    "registry_clock_only": "时间出自登记方自己的时钟，且前后不倒退；没有外部时间戳。",
    "witnessed": "所认的见证方见过这一账本头；见证方自己写的时刻不在此列出。",
    "witnessed_in_part": "见证方见过的是较早的账本头；其后各条还在等待会签。",
    "witness_unpinned": "检查点上有见证方的签名，但没有给出其公钥，未予采信。",
    "timestamped": "所认的时间戳机构证明：至所示时刻为止，这一账本头已经存在。",
    "timestamped_in_part": "所认的时间戳机构只证明了前面所示条数至所示时刻为止已经存在。",
    "timestamp_wrong": "时间戳不成立，或不是为这一账本头所出。",
    "cosignature_wrong": "见证方的签名不成立，或与数据库行不符。",
    "timestamp_unpinned": "附有时间戳，但没有给出可信的时间戳机构，未予采信。",
    "later_filings_unknown": "凭证只含这一条记录，之后是否撤回、终止或更正，须查账本。",
    "as_bundled": "以凭证包所载、截至其检查点为准；登记机构的决定须向该机构核实。",
    "as_extracted": "表中所列以登记方在摘录之时所述为准；只有凭证包所载可以对照账本。",
    "as_listed": "表中所列以登记方在摘录之时所述为准；写有存证序号的，可以对照账本。",
    "as_filed": "以账本所载为准；登记机构的决定须向该机构核实。",
    "not_reached": "前面已不成立，未再核验。",
    "self_consistent_only": "没有更早的凭证、见证或时间戳可比：不能排除运营方重写了全部账本。",
    "compared_with_earlier": "与所给的更早检查点一致：其后只有增加。",
    "unlisted_signature": "内容成立；检查点上另有不认识的签名，未予采信。",
    "truth_not_proved": "核验不能证明所填内容属实。",
    "newer_edition": "账本另载有同类文件的较新版本：本件可能已被取代，请查核验页面。",
    "seal_known": "印章覆盖整个文件，盖章后未改；印章证书是所给的，或由所给的证书签发。",
    "seal_self_made": "印章覆盖整个文件，盖章后未改；但印章证书是自签的，没有第三方担保盖章人是谁。",
    "seal_unknown": "印章覆盖整个文件，盖章后未改；但印章证书不在所给之列，不能确认盖章人是谁。",
    "seal_expired": "印章成立；印章证书此后已经到期，又没有可信的时间戳证明盖章在先。",
    "seal_out_of_time": "盖章之时印章证书不在有效期内，未予采信。",
    "seal_usage": "印章证书的用途不包括签名，未予采信。",
    "seal_missing": "没有电子印章；其余各项不受影响。",
    "seal_wrong": "印章不成立：盖章后内容被改动，或者印章不是该证书所盖。",
    "seal_differs": "盖章后文件被改动：印章部分与规定的写法不符。",
    "seal_appended": "盖章后文件末尾被添加了内容。",
    "seal_timestamp_wrong": "印章上的时间戳不成立。",
    "unreadable": "文件无法读取或格式不对。",
    "too_large": "文件超过 64 MB，不予核验。",
    "entry_malformed": "记录的字节不规范。",
    "sequence_broken": "序号不连续。",
    "envelope_differs": "封包与记录所载摘要不符。",
    "envelope_malformed": "封包的字节不规范。",
    "entry_mislabelled": "记录的类型或对象与封包不符。",
    "chain_broken": "与前一条记录接不上。",
    "time_runs_back": "时间倒退。",
    "start_misplaced": "账本的起始记录缺失或错位。",
    "origin_differs": "不是同一个账本。",
    "checkpoint_malformed": "检查点格式不对。",
    "checkpoint_signature": "检查点不是由所给公钥签名的。",
    "quorum_missing": "见证方的签名不足所定之数。",
    "root_differs": "根摘要与检查点不符。",
    "proof_wrong": "包含证明不成立。",
    "proof_malformed": "包含证明格式不对。",
    "file_missing": "缺少文件。",
    "file_differs": "文件与清单所载摘要不符。",
    "archive_differs": "压缩包不是登记方所出的那一个：被重新打包，或者有改动；解开后可以核验文件夹。",
    "extract_signature": "清单不是由所给公钥签名的。",
    "extract_differs": "摘录的各部分不一致。",
    "sample_differs": "用所给种子重做抽样，结果与摘录不符。",
    "file_unexpected": "有不该有的文件。",
    "tile_differs": "哈希瓦片与记录不符。",
    "vkey_differs": "文件夹中的公钥与所给公钥不同。",
    "subject_missing": "凭证包里没有关于其对象的记录。",
    "paper_unknown": "该文件不是账本所载签发的文件。",
    "attachment_differs": "PDF 未附凭证包，或附加部分与规定的写法不符。",
    "key_followed": "所给公钥已经交接：按交接检查点找到了现行公钥，请改存文件夹中的 vkey。",
    "checkpoint_key_range": "检查点由当时无效的登记方密钥签名。",
    "handover_missing": "检查点密钥更换了，却缺少新旧两把密钥共同签名的交接检查点。",
    "handover_signature": "交接检查点没有由新旧两把密钥共同签名。",
    "disclosure_differs": "披露的内容与承诺不符。",
    "salt_reused": "两处承诺用了同一个盐值：看到一处即可猜出另一处。",
    "filing_repeated": "同一封包列入了两次。",
    "earlier_differs": "与更早的检查点不一致：账本被改写或截短。",
    "head_differs": "账本头与记录不符。",
    "audit_differs": "与此前一次全库核验的结果不符：账本被改写或截短。",
    "frontier_differs": "检查点旁保存的子树哈希与记录不符。",
    "entry_row_differs": "数据库行与记录不符。",
    "key_table_differs": "密钥表与记录不符。",
    "statement_unmarked": "有一份已签的陈述没有记为用过。",
    "envelope_unlisted": "有不属于任何记录的封包。",
    "key_unknown": "签名密钥未经登记。",
    "key_revoked": "签名密钥当时已吊销。",
    "key_known": "密钥重复登记。",
    "key_malformed": "密钥记录不合规则。",
    "signature_invalid": "签名不成立。",
    "statement_mismatch": "所签内容与记录不符。",
    "statement_repeated": "同一份已签陈述用了两次：所签的只是一次登记。",
}
ENGLISH: Mapping[str, str] = {
    "headline_ok": "Everything that can be checked here holds.",
    "headline_unpinned": "Self-consistent, but without the registry's key its issuer is unknown.",
    "headline_invalid": "The check failed: this is not what was issued.",
    "headline_no_bundle": (
        "This PDF carries no intact bundle to check it by. Put a contract or other paper beside its bundle."
    ),
    "headline_unreadable": "This file cannot be read: it is of no kind that is checked here, or was damaged.",
    "headline_quorum": (
        "Not accepted under the policy given: too few witnesses cosigned. "
        "A receipt carries the registry's signature alone; check it with the registry's key."
    ),
    "integrity": "Integrity",
    "signatures": "Parties' signatures",
    "time": "Time",
    "registration": "Registration",
    "seal": "Seal",
    "valid": "holds",
    "invalid": "does not hold",
    "not_checkable": "not checkable here",
    "lowered": "holds in part",
    "log": "Log",
    "size": "entries",
    "whole_log": "every entry stands in its place; nothing was added, dropped, changed or reordered.",
    "one_filing": "the filing is in the log shown, and is unchanged.",
    "filings_listed": "the filings are in the log shown, unchanged; whether there are more, the log says.",
    "certificate_whole": "certificate and bundle are unchanged; the log says this certificate was issued.",
    "signatures_in_bundle": "the signatures hold; revocations in the bundle are counted.",
    "extract_whole": (
        "the registry signed the list and every file on it is here unchanged; "
        "a sample draws the same again, and the bundles stand under one head."
    ),
    "list_whole": "the registry signed the list, and every file on it is here unchanged.",
    "one_entry": "the entry is in the log shown; its envelope is not here.",
    "head_alone": "the head is signed by the key given; the entries under it are not here.",
    "signatures_in_extract": "the registry's signature of the list holds, and so do those in the bundles.",
    "signature_of_list": "the registry's signature of the list holds; no party's stands in it.",
    "all_signatures": "the registry's and the parties' signatures hold; revocations so far are counted.",
    "signatures_at_filing": "the signatures hold; whether a key was revoked later is the registry's word.",
    "envelope_not_here": "there is no envelope, so no party's signature can be checked.",
    "key_not_pinned": "the registry's key was not given; the file's own key was used.",
    "registry_clock_only": "times are the registry's own and never run back; there is no outside timestamp.",
    "witnessed": "a witness of the policy has seen this head; the time it gave is not relied on here.",
    "witnessed_in_part": "witnesses had seen an earlier head; what was filed since awaits their signatures.",
    "witness_unpinned": "witnesses signed the checkpoint, but their keys were not given; not relied on.",
    "timestamped": "an authority whose root was given had seen this head by the time shown.",
    "timestamped_in_part": "an authority whose root was given had seen as many entries as shown.",
    "timestamp_wrong": "a timestamp does not hold, or is of something else.",
    "cosignature_wrong": "a witness's signature does not hold, or its row says otherwise.",
    "timestamp_unpinned": "there is a timestamp, but no trusted authority was given; not relied on.",
    "later_filings_unknown": "a receipt holds one filing; what came later is in the log.",
    "as_bundled": "as the bundle states, up to its checkpoint; to be confirmed with the office that decided.",
    "as_extracted": "the table is the registry's word when it was made; only the bundles rest on the log.",
    "as_listed": "the table is the registry's word when it was made; where it names places, the log tells.",
    "as_filed": "as the log states it; an office's decision is to be confirmed with that office.",
    "not_reached": "not checked, because something before it does not hold.",
    "self_consistent_only": (
        "Without an earlier receipt, a witness or a timestamp this is self-consistent only: "
        "it does not rule out that the operator rewrote everything."
    ),
    "compared_with_earlier": "Consistent with the earlier checkpoint given: the log only grew.",
    "unlisted_signature": "it holds; the checkpoint also carries signatures of unknown signers, ignored.",
    "truth_not_proved": "No check proves that what was typed is true.",
    "newer_edition": (
        "The log names a later edition of such a paper: this one may be superseded; ask the verify page."
    ),
    "seal_known": "it covers the whole file, unchanged since; its certificate is one that was given.",
    "seal_self_made": "it covers the whole file, unchanged since; but its certificate is self-made.",
    "seal_unknown": "it covers the whole file, unchanged since; but nobody named its certificate.",
    "seal_expired": "it holds; its certificate has expired since, and no trusted timestamp came before.",
    "seal_out_of_time": "its certificate was not valid when it was set; not relied on.",
    "seal_usage": "its certificate is not one for signatures; not relied on.",
    "seal_missing": "there is no seal; the rest stands without one.",
    "seal_wrong": "it does not hold: something was changed after sealing, or another key made it.",
    "seal_differs": "the file was changed after sealing: what was added is not what it must be.",
    "seal_appended": "bytes were appended behind the seal.",
    "seal_timestamp_wrong": "the timestamp on the seal does not hold.",
    "unreadable": "the file cannot be read or is not of a known form.",
    "too_large": "a file larger than 64 MB is not checked.",
    "entry_malformed": "the entry is not canonically written.",
    "sequence_broken": "the sequence numbers have a gap.",
    "envelope_differs": "the envelope is not the one the entry names.",
    "envelope_malformed": "the envelope is not canonically written.",
    "entry_mislabelled": "the entry's type or subject is not its envelope's.",
    "chain_broken": "the entry does not follow the one before.",
    "time_runs_back": "time runs back.",
    "start_misplaced": "the log's first filing is missing or misplaced.",
    "origin_differs": "this is another log.",
    "checkpoint_malformed": "the checkpoint is malformed.",
    "checkpoint_signature": "the checkpoint is not signed by the key given.",
    "quorum_missing": "too few witnesses of the policy have signed the checkpoint.",
    "root_differs": "the root is not the checkpoint's.",
    "proof_wrong": "the inclusion proof does not hold.",
    "proof_malformed": "the inclusion proof is malformed.",
    "file_missing": "a file is missing.",
    "file_differs": "a file is not the one the list names.",
    "archive_differs": (
        "the archive is not the one that was handed out: packed anew, or changed; "
        "unpacked, its folder can be checked."
    ),
    "extract_signature": "the list is not signed by the key given.",
    "extract_differs": "the parts of the extract do not agree.",
    "sample_differs": "the seed does not draw what the extract says.",
    "file_unexpected": "there is a file that does not belong here.",
    "tile_differs": "a hash tile is not what the entries give.",
    "vkey_differs": "the key in the folder is not the key given.",
    "subject_missing": "the bundle holds no filing about its subject.",
    "paper_unknown": "the paper is not one the log says was issued.",
    "attachment_differs": "the PDF carries no bundle, or the added part is not what it must be.",
    "key_followed": (
        "The key given was handed over: the handover heads lead to the log's present key. "
        "Pin the vkey of the folder from now on."
    ),
    "checkpoint_key_range": "a key of the registry's signed a checkpoint where it was not valid.",
    "handover_missing": "the checkpoint key was rotated, but no handover head is signed by both keys.",
    "handover_signature": "the handover head is not signed by both keys.",
    "disclosure_differs": "a disclosed value is not the one committed to.",
    "salt_reused": "two commitments share one salt: who is shown one value can guess the other.",
    "filing_repeated": "the same envelope was entered twice.",
    "earlier_differs": "not consistent with the earlier checkpoint: the log was rewritten or cut.",
    "head_differs": "the head is not what the entries give.",
    "audit_differs": "not what an earlier audit found: the log was rewritten or cut.",
    "frontier_differs": "a checkpoint's compact range is not what the entries give.",
    "entry_row_differs": "a database row is not what its entry gives.",
    "key_table_differs": "the table of keys is not what the key filings give.",
    "statement_unmarked": "a signed statement is not marked as used.",
    "envelope_unlisted": "there is an envelope no entry names.",
    "key_unknown": "the signing key was never enrolled.",
    "key_revoked": "the signing key had been revoked.",
    "key_known": "the key was enrolled twice.",
    "key_malformed": "the key filing breaks the rules.",
    "signature_invalid": "a signature does not hold.",
    "statement_mismatch": "what was signed is not what was filed.",
    "statement_repeated": "one signed statement stands twice: it was signed for one filing.",
}
