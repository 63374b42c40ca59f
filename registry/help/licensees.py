"""What the owner of a small firm asks. The offer's own page answers for that very offer; here in general."""

from flask_babel import lazy_gettext as _l

from registry.help.questions import Question

LICENSEES = (
    Question(
        key="acts",
        question=_l("我可以拿它做什么？能让供应商代工吗？"),
        answer=_l(
            "以声明列明的行为为准，例如制造、使用、销售；能不能委托他人为您制造，声明里写明是或者否。"
            "许可不能转让，也不能再许可给别人。"
        ),
        article="PL 11; CC 867",
        page="offer",
        own=True,
    ),
    Question(
        key="drawings",
        question=_l("会给我图纸或指导吗？"),
        answer=_l("以声明为准：写明交付的才交付。没有写的，只有公开的专利文件；收费的技术服务须另订合同。"),
        article="CC 866",
        page="offer",
        own=True,
    ),
    Question(
        key="falls",
        question=_l("专利失效了怎么办？"),
        answer=_l(
            "专利权终止后许可随之结束，以后各期不再支付。专利被宣告无效的，已经履行的合同原则上不追溯，"
            "恶意或者明显不公平的除外。"
        ),
        article="CC 865; PL 47",
        page="offer",
        own=True,
    ),
    Question(
        key="same",
        question=_l("这个价格对所有人都一样吗？"),
        answer=_l("一样。声明的条件不能为某一家修改；另行议价的是普通许可，不是开放许可。"),
        article="PL 51; GL 8",
        page="offer",
        own=True,
    ),
    Question(
        key="safe",
        question=_l("钱安全吗？能退吗？"),
        answer=_l(
            "本站不经手资金。您按参考号付到声明写明的账户，账户变更须两人确认并写信告知；生效日以银行记载的到账日为准。"
            "款项在撤回生效后才到账等许可不成立的情形，原路退回。"
        ),
        article="PL 51; GL 7(3); CC 985",
        page="offer",
        own=True,
    ),
    Question(
        key="abroad",
        question=_l("能卖到国外吗？"),
        answer=_l("这项许可只在中国境内（不含港澳台）有效。出口到别的国家或地区，要看当地有没有同样的专利。"),
        article="GL 1",
        page="offer",
        own=True,
    ),
    Question(
        key="exclusive",
        question=_l("能不能另外取得独占许可？"),
        answer=_l("在开放许可实施期间不能。权利人可以与别人订立普通许可，但不得给予独占或者排他许可。"),
        article="PL 51",
        page="offer",
        own=True,
    ),
    Question(
        key="start",
        question=_l("什么时候可以开始用？"),
        answer=_l("免费的，通知到达之时；收费的，起始应付的款项到账之日。证书和合同写明生效日。"),
        article="PL 51; GL 6",
        page="offer",
        own=True,
    ),
    Question(
        key="seal",
        question=_l("要盖章吗？"),
        answer=_l(
            "取得许可不需要盖章，电子通知即为书面形式。办理技术合同登记时，登记机构通常要求双方盖章的原件，本站会给出签章页。"
        ),
        article="CC 137, 469; ESL 3",
        page="offer",
        own=True,
    ),
    Question(
        key="relief",
        question=_l("有税收优惠或补贴吗？"),
        answer=_l(
            "所得税对技术转让所得的优惠是给权利人的，一般要求许可满五年、合同经登记、双方非关联。各地对中小企业的补贴"
            "请向当地知识产权部门询问；本站不作承诺。"
        ),
        article="[second-hand]",
        page="offer",
        own=True,
    ),
    Question(
        key="yearly",
        question=_l("以后每年还要付什么？"),
        answer=_l("以价格框里的付款日程为准，此外没有别的费用。专利年费由权利人缴纳。"),
        article="CC 846; SPC 26",
        page="offer",
        own=True,
    ),
)
