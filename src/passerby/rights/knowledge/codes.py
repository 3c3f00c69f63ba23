"""The codes that a row may use: countries by ISO 3166-1, languages by ISO 639-1, days, URLs."""

from __future__ import annotations

import re
from datetime import date

_COUNTRIES = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR
    BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ
    EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW
    GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY
    KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV
    MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY
    QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG
    TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM
    ZW"""

_LANGUAGES = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da
    de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy
    hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg
    li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or
    os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta
    te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"""

_PLACES = frozenset(_COUNTRIES.split())
_CODES = frozenset(_LANGUAGES.split())


def is_place(text: str) -> bool:
    """Return whether this is the code of a country (`DE`) or has the form of one of a part of
    a country (`DE-HH`); which parts there are is not known here."""
    country, dash, part = text.partition("-")
    return country in _PLACES and (not dash or re.fullmatch(r"[A-Z0-9]{1,3}", part) is not None)


def is_language(text: str) -> bool:
    """Return whether this is the code of a language."""
    return text in _CODES


def is_day(text: str) -> bool:
    """Return whether this is a day of the calendar, written YYYY-MM-DD."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_month(text: str) -> bool:
    """Return whether this is a month, written YYYY-MM."""
    return len(text) == 7 and is_day(f"{text}-01")


def is_url(text: str) -> bool:
    """Return whether this is the address of a page: of a host with a dot in its name."""
    match = re.fullmatch(r"https?://([^\s/]+)(?:/\S*)?", text)
    return match is not None and "." in match[1].strip(".")
