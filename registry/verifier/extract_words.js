// What the page says of extracts of the register, Chinese and English side by side.

export const EXTRACTS = {
  extract_whole: [
    "清单由登记方签名，所列文件俱在、未改；抽样可以重做，所附凭证包都在同一账本头之下。",
    "The registry signed the list and every file on it is here unchanged; a sample draws the same again, and the bundles stand under one head.",
  ],
  signatures_in_extract: [
    "登记方对清单的签名成立；所附凭证包中的各方签名均成立。",
    "The registry's signature of the list holds, and so do those in the bundles.",
  ],
  as_extracted: [
    "表中所列以登记方在摘录之时所述为准；只有凭证包所载可以对照账本。",
    "The table is the registry's word when it was made; only the bundles rest on the log.",
  ],
  list_whole: ["清单由登记方签名，所列文件俱在、未改。", "The registry signed the list, and every file on it is here unchanged."],
  signature_of_list: [
    "登记方对清单的签名成立；其中没有当事人的签名。",
    "The registry's signature of the list holds; no party's stands in it.",
  ],
  as_listed: [
    "表中所列以登记方在摘录之时所述为准；写有存证序号的，可以对照账本。",
    "The table is the registry's word when it was made; where it names places, the log tells.",
  ],
  member: ["文件", "file"],
  made_at: ["摘录时刻", "Made at"],
  members: ["文件数", "Files"],
  drawn: ["抽出的合同", "Contracts drawn"],
  drawn_elsewhere: ["在已关闭的账本中，无凭证包", "In a closed log, without a bundle"],
  population: ["总体的摘要", "Digest of the population"],
  decisions_extract: ["作出的决定", "decisions"],
  exceptions_extract: ["两人批准的例外", "exceptions approved by two persons"],
  events_extract: ["安全日志", "the log of security"],
  said_extract: [
    "这是登记方于 {on} 签名的摘录：{kind}，{rows} 行。",
    "This is an extract the registry signed on {on}: {kind}, {rows} rows.",
  ],
  said_sample: [
    "这是登记方于 {on} 签名的抽样：种子 {seed}，从日志前 {size} 条里通知过的 {all} 份合同中抽出 {count} 份；重做结果相同。",
    "This is a sample the registry signed on {on}: seed {seed}, {count} of the {all} contracts noticed in the first {size} filings; drawn again, it is the same.",
  ],
  file_missing: ["缺少文件。", "A file is missing."],
  file_differs: ["文件与清单所载摘要不符。", "A file is not the one the list names."],
  archive_differs: [
    "压缩包不是登记方所出的那一个：被重新打包，或者有改动。解开后可以用命令 registry verify 核验文件夹。",
    "The archive is not the one that was handed out: packed anew, or changed. Unpacked, its folder can be checked with registry verify.",
  ],
  extract_signature: ["清单不是由所给公钥签名的。", "The list is not signed by the key given."],
  extract_differs: ["摘录的各部分不一致。", "The parts of the extract do not agree."],
  sample_differs: ["用所给种子重做抽样，结果与摘录不符。", "The seed does not draw what the extract says."],
};
