"""What an auditor asks, and whoever holds a paper in hand."""

from flask_babel import lazy_gettext as _l

from registry.help.questions import Question

AUDITORS = (
    Question(
        key="sample",
        question=_l("怎样抽一组样本，别人能重做？"),
        answer=_l(
            "定一个种子和份数，由种子和编号的 SHA-256 决定抽中哪些；总体是日志前若干条里通知过的合同，"
            "同一种子、同一截至条数抽出的永远是同一组。下载的摘录带有抽样的总体和每份合同的凭证包，离线就能重做和核验。"
        ),
        article="[ours]",
        page="sample",
    ),
    Question(
        key="seen",
        question=_l("谁看过个人信息？"),
        answer=_l(
            "安全日志记下哪个账号、什么时候、从哪里查看过哪一类个人信息，不记内容；选“查看个人信息”一类即可列出，"
            "也可以下载由登记方签名的摘录。半年之内数据库不允许删除。"
        ),
        article="PIPL 54",
        page="events",
    ),
    Question(
        key="overrides",
        question=_l("越过上限的有哪些，第二个人是谁？"),
        answer=_l("逐条列出规则、理由、提出人和批准人；两人不能是同一人，数据库也不允许。"),
        article="GL 3.3; [ours]",
        page="exceptions",
    ),
    Question(
        key="against",
        question=_l("哪些决定对某一方不利？"),
        answer=_l("按结果对许可方或者被许可方不利筛选，可以再按单位名称查；每个决定都有理由，并已存证。"),
        article="GL 7(3)",
        page="decided",
    ),
    Question(
        key="money",
        question=_l("收了多少、退了多少、哪些对不上？"),
        answer=_l("每份合同的应付、到账、退款与备案、登记并排列出，不一致的排在前面；可以按月筛选、下载全部。本平台不持有资金。"),
        article="[ours]",
        page="reconciliation",
    ),
    Question(
        key="codes",
        question=_l("谁改过代码表？"),
        answer=_l("打开一张表，看它的修改记录：谁、哪一天、改了什么、依据什么来源。每次修改连同整张表的摘要都已存证。"),
        article="[ours]",
        page="codes",
    ),
    Question(
        key="missing",
        question=_l("怎样证明两个树头之间没有缺失？"),
        answer=_l(
            "日志是一棵只增不减的树。取两个签过名的树头，下载其间的记录和一致性证明，用公开的格式就能自己算出后一个包含前一个；"
            "每晚本平台也全部重算一遍，结果在“全库核验”。"
        ),
        article="[ours]",
        page="log",
    ),
)

READERS = (
    Question(
        key="genuine",
        question=_l("这张纸是真的吗？"),
        answer=_l("输入纸上的编号或者扫码，不用登录。第一句话就说明有没有这份存证；把文件拖进来，还能逐字节核对是不是同一份。"),
        article="[ours]",
        page="verify",
    ),
    Question(
        key="valid",
        question=_l("现在还有效吗？"),
        answer=_l("核验结果写明今天是否在有效期内，以及此后发生的撤回、更正、终止和登记变化。"),
        article="PL 50, 51",
        page="verify",
    ),
    Question(
        key="behind",
        question=_l("背后是谁？"),
        answer=_l("结果显示专利、单位和交易场所。只凭编号不显示费用、联系方式和自然人的姓名。"),
        article="PIPL 6",
        page="verify",
    ),
    Question(
        key="ask",
        question=_l("有疑问找谁？"),
        answer=_l("先问受理的交易场所；关于本平台的，找页脚写明的运营方。平台核验不代替国家知识产权局和登记机构的结论。"),
        article="[ours]",
        page="verify",
    ),
)
