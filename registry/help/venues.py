"""What a venue's clerk asks."""

from flask_babel import lazy_gettext as _l

from registry.help.questions import Question

VENUES = (
    Question(
        key="which",
        question=_l("哪五十份要交，哪些齐了，谁缺什么？"),
        answer=_l(
            "按“材料齐备”筛选就是可以交的；“有缺项”列出每份缺的材料、由哪一方补、依据是什么，点开就到补的地方。"
            "下方是所选合同的件数和金额合计。"
        ),
        article="[second-hand]",
        page="batches",
    ),
    Question(
        key="city",
        question=_l("这份归我们还是别的城市？"),
        answer=_l(
            "登记机构随申请人所在的区域；一般由卖方（许可方）申请。每份合同列出按规则对应的登记机构，不归本场所对接的，"
            "不会混进批次。只能在一家登记，须勾选“没有在别处登记”。"
        ),
        article="[second-hand]",
        page="batches",
    ),
    Question(
        key="zero",
        question=_l("零金额的合同怎么办？"),
        answer=_l(
            "没有公开的资料说明免费许可的合同能不能登记，默认不进批次。先问登记机构，把答复记在“零金额合同的意见”里，之后才可以选入。"
        ),
        article="[ours]",
        page="batches",
    ),
    Question(
        key="retype",
        question=_l("能复制粘贴、不重新打字吗？"),
        answer=_l(
            "能。批次里的“逐项录入”按登记表的顺序每份一屏，每个值旁边有复制按钮；"
            "压缩包里另有 XLSX 和 CSV，长编号是文本格式。"
        ),
        article="[ours]",
        page="batch",
    ),
    Question(
        key="total",
        question=_l("批次的合计和我的表一样吗？"),
        answer=_l("批次首页和交接单写明件数、成交总额和技术交易额，按分相加，零金额的另列。批次做好以后不再变，再次下载是同样的字节。"),
        article="[ours]",
        page="batch",
    ),
    Question(
        key="refused",
        question=_l("上次为什么没给登记？"),
        answer=_l("每次答复都留着：在合同页面的登记进度里看理由代码和原话。按“不予登记”或者“须补正”筛选，能看到同样的合同。"),
        article="[second-hand]",
        page="contracts",
    ),
    Question(
        key="seal",
        question=_l("印章和名称一致吗？"),
        answer=_l("左右并排看扫描件和书写的名称，逐方选择一致或者不一致。登记机构会逐字比对；不一致的照抄印章上的名称，对方会收到信。"),
        article="CC 490; [second-hand]",
        page="seals",
    ),
    Question(
        key="typo",
        question=_l("写错一个字，能改吗？"),
        answer=_l(
            "原来的存证不改。由签署的一方在合同页面提出更正，写明改什么、为什么，签名后成为一条新的存证，文件按更正重新打印，旧的标明已被取代。"
            "价格和条件不是笔误，不能更正。"
        ),
        article="[ours]",
        page="contract",
    ),
    Question(
        key="deal",
        question=_l("交易编号和交易凭证在哪里？"),
        answer=_l("在这里填本场所的成交编号和交易凭证编号，印在登记表的“交易凭证编号”一栏，没有填的由本平台给出；已经做成的批次不变。"),
        article="[second-hand]",
        page="numbers",
    ),
    Question(
        key="back",
        question=_l("登记机构退回来什么了？"),
        answer=_l("上传或者粘贴登记机构的结果表，先看每一行对上没有，再保存；没有对上的行另存为文件，不会丢。只按平台存证编号匹配。"),
        article="[ours]",
        page="results",
    ),
)
