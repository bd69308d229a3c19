"""Made-up identifiers of people in the notations that are taken out of free text, for fuzzing."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

WIDE = str.maketrans("0123456789@.", "０１２３４５６７８９＠．")
# What each sign of a notation stands for; anything else stands for itself.
SIGNS = {
    "#": "0123456789",
    "%": "123456789",
    "^": "3456789",
    "x": "abcdefghijklmnopqrstuvwxyz",
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "N": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
}
NOTATIONS = [
    # e-mail and web addresses, handles
    *("xxxx@xxxxx.xx", "x.xxx+##@xxx.xxx-x.xx.xxx", "xx_##@x.xx", "https://xxxx.xx/x/##?x=#", "www.xxx#.xxx/xx"),
    *("xxx-xx.com", "xx.xxxx.de", "@xxx_##"),
    # IBANs of Germany, Great Britain, France and Malta
    *("DE## #### #### #### #### ##", "DE####################", "de####################", "GB##AAAA##############"),
    *("GB## AAAA #### #### #### ##", "FR############NNNNNNNNNNN##", "MT## AAAA #### #NNN NNNN NNNN NNNN NNN"),
    # ID numbers of China, of the United States and of France, passports
    *("%#####19580701###X", "%##### 19900229 ####", "%#####930228###", "###-##-####", "1 ## ## ## ### ### ##"),
    *("A########", "AA#######"),
    # telephone numbers, international and German, Chinese, American
    *("+%# ## ########", "+%# (0)## / ######-##", "00%# ## ########", "0##/####-###", "0## ### ####", "01^# ########"),
    *("1^#########", "1^# #### ####", "+86 1^# #### ####", "010-########", "400-###-####", "(###) ###-####"),
    *("###-###-####", "###.###.####", "tel. ### ## ## #", "微信 ########"),
]


def _written(notation: str) -> st.SearchStrategy[str]:
    return st.tuples(*(st.sampled_from(SIGNS.get(sign, sign)) for sign in notation)).map("".join)


def _card(digits: list[int], groups: tuple[int, ...], separator: str) -> str:
    """Make a number of a card with the right check digit."""
    digits = digits[: sum(groups) - 1]
    doubled = [(2 * it // 10 + 2 * it % 10 if place % 2 == 0 else it) for place, it in enumerate(reversed(digits))]
    number = "".join(map(str, [*digits, -sum(doubled) % 10]))
    ends = list(itertools.accumulate(groups, initial=0))
    return separator.join(number[start:end] for start, end in itertools.pairwise(ends))


_CARDS = st.builds(
    _card,
    st.lists(st.integers(1, 9), min_size=18, max_size=18),
    st.sampled_from([(4, 4, 4, 4), (4, 6, 5), (4, 4, 4, 4, 3)]),
    st.sampled_from(["", " ", "-"]),
)
_USUAL = st.one_of(*map(_written, NOTATIONS), _CARDS)
IDENTIFIERS = st.tuples(_USUAL, st.booleans()).map(lambda it: it[0].translate(WIDE) if it[1] else it[0])
