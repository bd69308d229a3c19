"""Themes that no rule covers: `analysis.topic_proposal`, for whoever keeps seeds/topic_rules.csv."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dagster_project.analysis.analysis import Analysis
from dagster_project.texts.lexicon import UNSPACED

if TYPE_CHECKING:
    import pandas as pd

# Enough to see a theme that is worth a rule; drawn by hash, so that the same texts are looked at whatever their order.
MOST_TEXTS = 20_000
FEWEST_TEXTS = 50
# A term that fewer different texts share may be somebody's name.
FEWEST_TEXTS_A_TERM = 5
MOST_PROPOSALS = 8
TERMS_SHOWN = 6
COLUMNS = [
    "language",
    "proposal_number",
    "terms",
    "texts",
    "share_of_uncovered",
    "net_sentiment",
    "first_on",
    "last_on",
]

# The one analysis that sees texts, which stand in the schema `personal`; none of them leaves it.
UNCOVERED = f"""
    with numbered as (
        select texts.text_key, texts.language, words.text, texts.polarity, texts.occurred_on,
            row_number() over (partition by texts.language order by words.text_hash, texts.text_key) as number
        from core.fct_text as texts
        inner join personal.texts as words on texts.text_key = words.text_key
        left join core.fct_text_topic as topics on texts.text_key = topics.text_key
        where topics.text_key is null and texts.kind <> 'employee_remark'
            and texts.language in (select language from seed.topic_rules)
    )
    select language, text, polarity, occurred_on from numbered where number <= {MOST_TEXTS}
"""


def analyse(uncovered: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Cluster each language's uncovered texts by non-negative factors of their TF-IDF (Lee and Seung 1999).

    Args:
        uncovered: language, text, polarity, occurred_on; one row a text.

    Returns:
        `topic_proposal`; a language with fewer than `FEWEST_TEXTS` texts has no row.
    """
    import pandas as pd

    parts = [
        _proposals(str(language), texts.reset_index(drop=True))
        for language, texts in uncovered.groupby("language", sort=True)
        if len(texts) >= FEWEST_TEXTS
    ]
    empty = pd.DataFrame(columns=COLUMNS)
    filled = [part for part in parts if len(part)]
    return {"topic_proposal": pd.concat(filled, ignore_index=True) if filled else empty}


def _proposals(language: str, texts: pd.DataFrame) -> pd.DataFrame:
    import numpy as np
    import pandas as pd
    from sklearn.decomposition import NMF
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    empty = pd.DataFrame(columns=COLUMNS)
    different = texts["text"].drop_duplicates()
    vectorizer = TfidfVectorizer(
        tokenizer=_words_of_unspaced if language in UNSPACED else _words,
        token_pattern=None,
        ngram_range=(1, 2),
        min_df=FEWEST_TEXTS_A_TERM,
        stop_words=sorted(ENGLISH_STOP_WORDS) if language == "en" else None,
        sublinear_tf=True,
    )
    try:
        vectorizer.fit(different)
    except ValueError:  # no term is in enough texts
        return empty
    matrix = vectorizer.transform(texts["text"])
    terms = vectorizer.get_feature_names_out()
    count = min(MOST_PROPOSALS, len(terms), len(different))
    model = NMF(count, init="nndsvda", random_state=0, max_iter=400, tol=1e-3)
    shares = model.fit_transform(matrix)
    best = np.where(shares.max(axis=1) > 0, shares.argmax(axis=1), -1)
    rows = []
    for factor in range(count):
        theirs = texts[best == factor]
        strongest = np.argsort(-model.components_[factor], kind="stable")[:TERMS_SHOWN]
        if len(theirs) >= FEWEST_TEXTS_A_TERM:
            rows.append(
                {
                    "language": language,
                    "terms": ", ".join(terms[index] for index in strongest if model.components_[factor][index] > 0),
                    "texts": len(theirs),
                    "share_of_uncovered": len(theirs) / len(texts),
                    "net_sentiment": 100 * theirs["polarity"].mean(),
                    "first_on": theirs["occurred_on"].min(),
                    "last_on": theirs["occurred_on"].max(),
                }
            )
    if not rows:
        return empty
    found = pd.DataFrame(rows).sort_values(["texts", "terms"], ascending=[False, True], ignore_index=True)
    return found.assign(proposal_number=range(1, len(found) + 1))[COLUMNS]


_PERSONAL = re.compile(r"https?://\S+|[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+|@\w+|[A-Za-z-]*\d[A-Za-z\d-]*")


def _words(text: str) -> list[str]:
    """Return words without addresses, handles and whatever holds a digit."""
    return re.findall(r"[^\W\d_]{2,}", _PERSONAL.sub(" ", text.lower()))


def _words_of_unspaced(text: str) -> list[str]:
    import rjieba

    return [word for word in rjieba.cut(_PERSONAL.sub(" ", text)) if re.fullmatch(r"[^\W\d_]{2,}", word)]


TOPIC_PROPOSAL = Analysis(
    "topic_proposal",
    "Themes among the customers' texts that no rule covers.",
    {"uncovered": UNCOVERED},
    ("topic_proposal",),
    analyse,
)
