"""Legacy encodings of Vietnamese (handbook §6.2, §6.3). So far only what file names in archives need: TCVN3 (ABC)."""

# Bytes of the lower-case letters, one row per vowel: plain, huyền, hỏi, ngã, sắc, nặng; 00 where ASCII serves.
_TONED = (
    ("aàảãáạ", "00b5b6b7b8b9"),
    ("ăằẳẵắặ", "a8bbbcbdbec6"),
    ("âầẩẫấậ", "a9c7c8c9cacb"),
    ("eèẻẽéẹ", "00cccecfd0d1"),
    ("êềểễếệ", "aad2d3d4d5d6"),
    ("iìỉĩíị", "00d7d8dcddde"),
    ("oòỏõóọ", "00dfe1e2e3e4"),
    ("ôồổỗốộ", "abe5e6e7e8e9"),
    ("ơờởỡớợ", "aceaebecedee"),
    ("uùủũúụ", "00eff1f2f3f4"),
    ("ưừửữứự", "adf5f6f7f8f9"),
    ("yỳỷỹýỵ", "00fafbfcfdfe"),
    ("đ", "ae"),
    ("ĂÂÊÔƠƯĐ", "a1a2a3a4a5a6a7"),
)
_TCVN3 = {
    byte: letter
    for letters, codes in _TONED
    for letter, byte in zip(letters, bytes.fromhex(codes), strict=True)
    if byte
}


def decode_tcvn3(data: bytes) -> str | None:
    """TCVN3 bytes as NFC text, or None when a high byte is no TCVN3 letter. Toned capitals come out lower case."""
    letters = [chr(byte) if byte < 0x80 else _TCVN3.get(byte) for byte in data]
    found = [letter for letter in letters if letter is not None]
    return "".join(found) if len(found) == len(letters) else None
