"""Bytes of XML documents as text."""

from __future__ import annotations

import codecs
import re

from .java_cursor import InexpressibleError
from .xml_input import Input

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"))
_GUESSES = ((b"\0<\0?", "utf-16-be"), (b"<\0?\0", "utf-16-le"))
_DECLARED = re.compile(rb"""<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][A-Za-z0-9._\-]*)["'][^>]*\?>""")
# Encodings that Java and Python decode alike, by Python's name, and what Java calls them.
_NAMES = {
    "ascii": "ansi_x3.4-1968 ansi_x3.4-1986 ascii cp367 csascii ibm367 iso-ir-6 iso646-us us us-ascii",
    "big5": "big5 csbig5",
    "big5hkscs": "big5-hkscs big5_hkscs big5hkscs",
    "cp1250": "cp1250 windows-1250",
    "cp1251": "cp1251 windows-1251",
    "cp1252": "cp1252 windows-1252",
    "cp1253": "cp1253 windows-1253",
    "cp1254": "cp1254 windows-1254",
    "cp1255": "cp1255 windows-1255",
    "cp1256": "cp1256 windows-1256",
    "cp1257": "cp1257 windows-1257",
    "cp1258": "cp1258 windows-1258",
    "cp437": "cp437 cspc8codepage437 ibm437",
    "cp737": "cp737",
    "cp775": "cp775 ibm775",
    "cp850": "cp850 cspc850multilingual ibm850",
    "cp852": "cp852 cspcp852 ibm852",
    "cp855": "cp855 ibm855",
    "cp857": "cp857 csibm857 ibm857",
    "cp858": "cp858 ibm858",
    "cp860": "cp860 csibm860 ibm860",
    "cp861": "cp-is cp861 csibm861 ibm861",
    "cp862": "cp862 cspc862latinhebrew ibm862",
    "cp863": "cp863 csibm863 ibm863",
    "cp864": "cp864 csibm864 ibm864",
    "cp865": "cp865 csibm865 ibm865",
    "cp866": "cp866 csibm866 ibm866",
    "cp869": "cp-gr cp869 csibm869 ibm869",
    "euc_jp": "euc-jp euc_jp eucjp",
    "euc_kr": "euc-kr euc_kr euckr ks_c_5601-1987 ksc5601",
    "gb18030": "gb18030",
    "gb2312": "euc-cn euc_cn euccn gb2312 gb2312-1980 gb2312-80",
    "gbk": "cp936 gbk",
    "iso8859-1": "cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso8859_1 iso_8859-1 iso_8859_1 l1 latin1",
    "iso8859-11": "iso-8859-11 iso8859_11",
    "iso8859-13": "iso-8859-13 iso8859-13 iso8859_13 iso_8859-13",
    "iso8859-15": "iso-8859-15 iso8859-15 iso8859_15 iso_8859-15 l9 latin9",
    "iso8859-16": "iso-8859-16 iso-ir-226 iso8859_16 iso_8859-16 l10 latin10",
    "iso8859-2": "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso8859_2 iso_8859-2 l2 latin2",
    "iso8859-3": "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso8859_3 iso_8859-3 l3 latin3",
    "iso8859-4": "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso8859_4 iso_8859-4 l4 latin4",
    "iso8859-5": "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso8859_5 iso_8859-5",
    "iso8859-6": "arabic asmo-708 csisolatinarabic ecma-114 iso-8859-6 iso-ir-127 iso8859-6 iso8859_6 iso_8859-6",
    "iso8859-7": "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso8859_7 iso_8859-7",
    "iso8859-8": "csisolatinhebrew hebrew iso-8859-8 iso-ir-138 iso8859-8 iso8859_8 iso_8859-8",
    "iso8859-9": "csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso8859_9 iso_8859-9 l5 latin5",
    "koi8-r": "cskoi8r koi8-r koi8_r",
    "koi8-u": "koi8-u koi8_u",
    "mac-roman": "macroman",
    "shift_jis": "csshiftjis shift-jis shift_jis sjis",
    "utf-8": "utf-8 utf8",
    "utf-16": "utf-16",
    "utf-16-be": "utf-16be",
    "utf-16-le": "utf-16le",
}
_CODECS = {name: codec for codec, names in _NAMES.items() for name in names.split()}
_LIKE_A_NAME = re.compile(
    r"(x-|cs|ibm|cp|ccsid|iso|utf[-_]?(?:16|32)|unicode|windows|ms|mac|big5|euc|gb|ks|jis|x02|sjis|shift|pck|tis|johab|koi|latin|l\d"
    r"|ansi|ascii|asmo|ecma|elot|arabic|greek|hebrew|cyrillic|ebcdic|us|hp|iscii|st_sev|sun_eu|cesu|compound|default"
    r"|extended_unix|cns)",
    re.IGNORECASE,
)


def decoded(document: bytes) -> Input:
    """The text of a document, with single line feeds as line ends.

    Raises:
        InexpressibleError: It declares an encoding that Java may know.
    """
    for mark, codec in _MARKS:
        if document.startswith(mark):
            return _input("", document[len(mark) :], codec)
    for beginning, codec in _GUESSES:
        if document.startswith(beginning):
            return _input("", document, codec)
    match = _DECLARED.match(document)
    encoding = match[1].decode("ascii") if match else "utf-8"
    codec = _CODECS.get(encoding.lower())
    if codec is None:
        if _LIKE_A_NAME.match(encoding):
            raise InexpressibleError(f"an XML document in the encoding {encoding}")
        return Input(document.decode("latin-1"), unknown_encoding=encoding)
    if match is None or "<?".encode(codec) == b"<?":
        return _input("", document, codec)
    return _input(match[0].decode("ascii", errors="replace"), document[match.end() :], codec)


def _input(head: str, rest: bytes, codec: str) -> Input:
    try:
        return Input(head + rest.decode(codec))
    except UnicodeDecodeError as error:
        # Bytes of ASCII are checked by the buffer, so that nothing behind the declaration is read.
        readable = error.start if codec != "ascii" else rest.find(b"?>") + 2
        return Input(head + rest[:readable].decode(codec), broken=_broken(codec, rest[error.start], error))


def _broken(codec: str, byte: int, error: UnicodeDecodeError) -> str:
    if codec == "ascii":
        return f'Byte "{byte}" is not a member of the (7-bit) ASCII character set.'
    if codec != "utf-8":
        return str(error)
    length = 2 if 0xC2 <= byte < 0xE0 else 3 if 0xE0 <= byte < 0xF0 else 4 if 0xF0 <= byte < 0xF5 else 1
    bad = 1 if length == 1 else error.end - error.start + 1
    return f"Invalid byte {bad} of {length}-byte UTF-8 sequence."
