"""What a technology-transfer officer asks (journeys 5)."""

from flask_babel import lazy_gettext as _l

from registry.help.questions import Question

HOLDERS = (
    Question(
        key="cnipa",
        question=_l("还要向国家知识产权局提交吗？填过的能照抄吗？"),
        answer=_l(
            "要。法律上的开放许可自国家知识产权局公告之日起生效，在本平台发布不能代替。提交之后，本平台把填过的内容"
            "按该局表格的顺序排好，可以逐项照抄。公告以后把声明编号和公告日告诉交易场所登记。"
        ),
        article="PL 50; GL 3.2, 3.5",
        page="submitted",
    ),
    Question(
        key="price",
        question=_l("下个月可以改价吗？"),
        answer=_l(
            "不能直接改。声明没有修改程序：要改价，先撤回，再重新声明。已经取得的许可按原来的条件继续有效。"
            "与某一家另行商定价格的是普通许可，不是开放许可。"
        ),
        article="PL 50, 51; GL 4; [ours]",
        page="fee",
    ),
    Question(
        key="refuse",
        question=_l("可以拒绝竞争对手吗？"),
        answer=_l(
            "不可以。任何单位和个人发出书面通知并按公告的标准付费，即取得许可。您只能就少数情形提出异议（例如款项没有到账、"
            "通知不是署名的人发出的），由交易场所决定。"
        ),
        article="PL 51; GL 1, 6",
        page="received",
    ),
    Question(
        key="many",
        question=_l("三百件专利，四十件有共有人，怎么办？"),
        answer=_l(
            "一份声明只针对一件专利，但可以一批一批地做：先把相同的条件写成条款模板，再用一张表每行填一件专利。有错误的行留作草稿，"
            "不影响其他行。共有专利权人须全体同意；等待同意的，在声明列表里选“等待共有人答复”查看。"
        ),
        article="GL 3.2, 3.3, 5",
        page="declarations",
    ),
    Question(
        key="stamp",
        question=_l("谁来盖章，盖几次？"),
        answer=_l(
            "取得许可不需要盖章。办理技术合同登记时，登记机构通常要双方盖章的原件。法定代表人的授权书交一次，有效期内一直可用；"
            "合同可以一份一盖，也可以一张签署页列明多份合同、一次盖章。"
        ),
        article="CC 490; [second-hand]",
        page="stamps",
    ),
    Question(
        key="notice",
        question=_l("本单位的价格公示用得上吗？"),
        answer=_l(
            "用得上。国家设立的研究开发机构和高等院校应当公示技术名称和拟交易价格，把公示材料上传在这一步，审核人员对照。"
            "使用费的计算说明一般不超过二千字，不公开。"
        ),
        article="GL 3.3",
        page="fee_note",
    ),
    Question(
        key="invoice",
        question=_l("什么时候开发票，税率多少？"),
        answer=_l(
            "被许可方提出后、款项到账即可开具。税率由您按自己的纳税身份确定，本平台不给出税率；声明里写明的是金额含不含税。"
            "拟享受增值税优惠的，一般要先完成技术合同登记，现行规定请向税务机关确认，因此开票前先问一声。"
        ),
        article="[second-hand]",
        page="invoices",
    ),
    Question(
        key="reward",
        question=_l("发明人得多少，名单在哪里？"),
        answer=_l(
            "比例按本单位的规定；没有规定也没有约定的，国家规定不低于许可净收入的百分之五十，"
            "上海 2017 年的条例为百分之七十（是否已修订请核对）。"
            "在合同页面可以打印奖酬金领取表，年度清单列明每件专利的发明人。"
        ),
        article="[second-hand]",
        page="received",
    ),
    Question(
        key="sell",
        question=_l("要把专利卖掉怎么办？"),
        answer=_l(
            "先撤回声明，撤回公告以后再转让。已经给予的许可继续有效。因合并、更名等原因换了专利权人、仍要开放的，撤回后重新声明。"
        ),
        article="GL 9; SPC 24",
        page="patent",
    ),
    Question(
        key="report",
        question=_l("年度报告填什么？"),
        answer=_l(
            "下载当年的年度清单：许可、约定和到账的金额、发明人、登记编号都在里面，可以用于科技成果转化年度报告。"
            "上海规定须于 3 月 30 日前报送，以现行规定为准。"
        ),
        article="[second-hand]",
        page="received",
    ),
    Question(
        key="left",
        question=_l("同事离职了，谁来签？"),
        answer=_l(
            "签署用的是各人自己的密钥，不能交给别人用。由单位的负责人结束离职同事的成员身份，另请一位同事加入并给予签署的角色；"
            "以前签过的文件不受影响。法定代表人的授权书写明的经办人换了人的，换一份授权书。"
        ),
        article="ESL 13; [ours]",
        page="organisation",
    ),
)
