"""Vietnamese syllables: initial, rhyme, tone; grammar enough to know a wrong reading."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["is_syllable"]

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED_TONES = (
    "\u0301\u0323"  # a syllable that ends in p, t, c, ch rises sharply or falls heavily
)

_INITIAL = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|[bcdđghklmnpqrstvx])?"
_OPEN = (
    "uyê|uya|uyu|uây|uôi|ươi|ươu|oai|oay|oao|oeo|uai|uay|uao|uêu|iêu|yêu|"
    "ai|ao|au|ay|âu|ây|eo|êu|ia|iê|iu|oa|oă|oe|oi|oo|ôi|ơi|ua|uâ|uă|uê|ui|uơ|uô|uy|ưa|ưi|ươ|ưu|"
    "yê|a|ă|â|e|ê|i|o|ô|ơ|u|ư|y"
)
_SYLLABLE = re.compile(f"{_INITIAL}(?:{_OPEN})(ch|ng|nh|[ckmnpt])?")


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Tell whether a word has the form of a Vietnamese syllable."""
    if not (word.islower() or word.isupper() or word.istitle()):
        return False
    spread = unicodedata.normalize("NFD", word.casefold())
    tones = [letter for letter in spread if letter in _TONES]
    bare = unicodedata.normalize("NFC", "".join(c for c in spread if c not in _TONES))
    match = _SYLLABLE.fullmatch(bare)
    if match is None or len(tones) > 1:
        return False
    stopped = match.group(1) in ("c", "ch", "k", "p", "t")
    return not stopped or (bool(tones) and tones[0] in _STOPPED_TONES)
