"""What a file is by its name and first octets, as far as mail needs to know."""

_BY_EXTENSION = {
    "pdf": "application/pdf",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt": "application/vnd.ms-powerpoint",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "rtf": "application/rtf",
    "txt": "text/plain",
    "csv": "text/csv",
    "htm": "text/html",
    "html": "text/html",
    "xml": "application/xml",
    "edxml": "application/xml",
    "ics": "text/calendar",
    "eml": "message/rfc822",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "p7s": "application/pkcs7-signature",
    "p7m": "application/pkcs7-mime",
    "dat": "application/ms-tnef",
}
_EXTENSIONS = {content_type: extension for extension, content_type in reversed(_BY_EXTENSION.items())}
# Windows runs these when they are opened; double extensions end in one of them too.
_RUNNABLE = frozenset(
    (
        *("exe", "com", "scr", "pif", "bat", "cmd", "msi", "msp", "msix", "appx", "dll", "cpl", "sys", "ocx", "gadget"),
        *("js", "jse", "vbs", "vbe", "vb", "ws", "wsf", "wsh", "wsc", "sct", "hta", "ps1", "psm1", "reg", "inf", "scf"),
        *(
            "lnk",
            "url",
            "chm",
            "hlp",
            "jar",
            "jnlp",
            "apk",
            "iso",
            "img",
            "vhd",
            "vhdx",
            "appref-ms",
            "settingcontent-ms",
        ),
    )
)
_PROGRAM_HEADS = (b"MZ", b"\x7fELF", b"#!/")
# These are zip files inside, but documents to their readers: they are never unpacked.
_DOCUMENT_PACKAGES = frozenset(
    (
        *("docx", "docm", "dotx", "dotm", "xlsx", "xlsm", "xltx", "xlsb", "pptx", "pptm", "ppsx", "vsdx", "xps"),
        *("odt", "ods", "odp", "odg", "ott", "epub", "jar", "apk", "ipa", "kmz"),
    )
)
_ZIP_TYPES = frozenset({"application/zip", "application/x-zip-compressed", "application/x-zip", "multipart/x-zip"})
_OTHER_ARCHIVES = frozenset({"rar", "7z", "gz", "tgz", "bz2", "xz", "tar", "cab", "ace", "arj", "lzh", "z"})
_PACKED_HEADS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def extension(name: str) -> str:
    """The last extension in lower case, '' for none; trailing dots and blanks, which Windows drops, do not hide it."""
    stem, dot, last = name.rstrip(". ").rpartition(".")
    return last.lower() if dot and stem else ""


def type_of(name: str) -> str:
    """The MIME type for a file name."""
    return _BY_EXTENSION.get(extension(name), "application/octet-stream")


def extension_for(content_type: str) -> str:
    """A file extension for a MIME type, `bin` when there is no better one."""
    return _EXTENSIONS.get(content_type, "bin")


def is_runnable(name: str, head: bytes) -> bool:
    """A program or script, by its name or by its first octets."""
    return extension(name) in _RUNNABLE or head.startswith(_PROGRAM_HEADS)


def is_zip(name: str, content_type: str, head: bytes) -> bool:
    """A zip archive to look into, not a document that happens to be one."""
    if not head.startswith(_PACKED_HEADS) or extension(name) in _DOCUMENT_PACKAGES:
        return False
    return extension(name) == "zip" or content_type in _ZIP_TYPES or not extension(name)


def is_other_archive(name: str) -> bool:
    """An archive of a kind that is not looked into."""
    return extension(name) in _OTHER_ARCHIVES
