"""Lines that belong to the site and not to the story: never quoted, never searched."""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.text import fold

_LINES = frozenset(
    fold(line)
    for line in (
        "Advertisement",
        "Advertisements",
        "Back to top",
        "Back to top button",
        "Close",
        "Comments",
        "Continue reading",
        "Copy link",
        "Follow us",
        "Follow us on Google News",
        "Follow us on Telegram",
        "Follow us on WhatsApp",
        "Home",
        "Latest news",
        "Leave a comment",
        "Loading",
        "Loading...",
        "More on this story",
        "More stories",
        "Most read",
        "Newsletter",
        "Next article",
        "Previous article",
        "Print",
        "Read also",
        "Read more",
        "Read next",
        "Recommended",
        "Recommended stories",
        "Related",
        "Related articles",
        "Related news",
        "Related posts",
        "Related stories",
        "Related topics",
        "Save",
        "Scroll to top",
        "See also",
        "Share",
        "Share this",
        "Share this article",
        "Share this story",
        "Sign in",
        "Sign up",
        "Skip to content",
        "Sponsored",
        "Subscribe",
        "Subscribe to our newsletter",
        "Tags",
        "Top stories",
        "You may also like",
        "آخر الأخبار",
        "أخبار ذات صلة",
        "أخبار متعلقة",
        "اشترك",
        "اشترك الآن",
        "اشترك في نشرتنا الإخبارية",
        "اقرأ أيضًا",
        "اقرأ المزيد",
        "الأكثر قراءة",
        "الرئيسية",
        "الرجوع إلى الأعلى",
        "العودة إلى الأعلى",
        "إعلان",
        "تابعنا",
        "تابعونا",
        "تابعنا على تلغرام",
        "تابعنا على واتساب",
        "تعليقات",
        "التعليقات",
        "حفظ",
        "زر الذهاب إلى الأعلى",
        "شارك",
        "شارك المقال",
        "شارك هذا المقال",
        "طباعة",
        "قد يعجبك أيضًا",
        "كلمات مفتاحية",
        "للمزيد",
        "مشاركة",
        "مقالات ذات صلة",
        "مواضيع ذات صلة",
        "مواضيع متعلقة",
        "نسخ الرابط",
    )
)
_LONGEST = max(map(len, _LINES)) + 12
_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
    r"|\d{1,2}\ [^\W\d_]+(?:\ [^\W\d_]+)?,?\ \d{4}|[^\W\d_]+\ \d{1,2},?\ \d{4})"
)
_DATE_LINE = re.compile(
    rf"""
    (?: (?:date|published(?:\ (?:on|at))?|updated(?:\ (?:on|at))?|posted(?:\ on)?|last\ updated
       |تاريخ(?:\ النشر)?|نشر(?:\ في)?|تاريخ\ التحديث|اخر\ تحديث) \ ? :? \ ? )?
    {_DATE} (?: [,\ tT-]{{1,3}} \d{{1,2}}:\d{{2}}(?::\d{{2}})? (?:\ ?(?:am|pm|gmt|utc|z))? )?
    """,
    re.VERBOSE,
)


def is_furniture(line: str) -> bool:
    """Return whether a line is a button's label, a box's heading or a bare date."""
    return len(line) <= _LONGEST + 40 and _is_furniture(line)


@lru_cache(maxsize=1 << 12)  # the same few stand on every page of a site
def _is_furniture(line: str) -> bool:
    folded = fold(" ".join(line.split())).strip(" :.|»›>←→▲•-–—!")
    return not folded or folded in _LINES or _DATE_LINE.fullmatch(folded) is not None
