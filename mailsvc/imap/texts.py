"""The texts for people in English (RFC 5255). The code speaks Vietnamese; what has no line here stays so.

`{}` stands for anything, `{…}` for another of these texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_CATALOGUE = """
{} xong = {} completed
Sai cú pháp: {…} tại ký tự {} (“{}”) = Syntax error: {…} at character {} ("{}")
Sai cú pháp: {…} tại ký tự {} = Syntax error: {…} at character {}

# logins and the session
{} IMAP = {} IMAP
Đã đăng nhập = Logged in
Đã rời tài khoản = Logged out of the account
Đã đổi ngôn ngữ = Language changed
Chỉ có tiếng Việt (vi) và tiếng Anh (en) = Only Vietnamese (vi) and English (en) are spoken
LANGUAGE có quá {} ngôn ngữ = LANGUAGE names more than {} languages
Tạm biệt = Goodbye
Lỗi của máy chủ, xin kết nối lại = An error of the server, please connect again
Bắt đầu TLS = Begin TLS
Bắt đầu nén = Begin compression
Kết nối đã được nén = The connection is compressed already
Chỉ nén được bằng DEFLATE = Only DEFLATE compression is known
Kết nối đã được mã hóa = The connection is encrypted already
Máy chủ chưa có chứng thư TLS = The server has no TLS certificate yet
Sai tên đăng nhập hoặc mật khẩu. = Wrong user name or password.
Chỉ có các cách đăng nhập {} = Only these login mechanisms are known: {}
Xin dùng STARTTLS hoặc cổng mã hóa trước khi đăng nhập = Use STARTTLS or the encrypted port before logging in
Đã hủy đăng nhập = Login cancelled
Tài khoản đang mở quá nhiều kết nối = The account has too many connections
Câu trả lời không phải base64 = The response is not base64
Câu trả lời quá dài = The response is too long
Tài khoản đã bị khóa hoặc đã đổi mật khẩu = The account was closed or its password changed
Máy chủ đang dừng, xin kết nối lại sau = The server is stopping, please reconnect later
Máy chủ đang quá nhiều kết nối, xin thử lại sau = The server has too many connections, try again later
Im lặng quá lâu = Silent for too long
Quá lâu chưa đăng nhập = Nobody has logged in for too long
Quá nhiều lệnh sai = Too many wrong commands
Lỗi của máy chủ, xin báo quản trị (mã {}) = A fault of the server, please tell the administrator (reference {})
Hệ thống đang bận, xin thử lại. = The system is busy, try again.
Hệ thống đang dừng, xin thử lại sau. = The system is stopping, try again later.
Đĩa đã đầy; chưa ghi gì. Xin báo quản trị. = The disk is full; nothing was stored. Please tell the administrator.
Không thực hiện được = Not done

# commands
Dòng này không phải lệnh IMAP: cần nhãn, dấu cách rồi tên lệnh = No IMAP command: a tag, a space and a name are needed
Không có lệnh {} = There is no command {}
Thiếu tên lệnh = The name of the command is missing
Xin đăng nhập trước = Log in first
Lệnh này không dùng được lúc này (chưa chọn hộp thư, hoặc đã đăng nhập) = Not now (no mailbox is selected, or logged in already)
Lệnh này không dùng được khi đã đăng nhập = Not after login
Lệnh dài quá {} byte = The command is longer than {} octets
Dòng lệnh quá dài = The line is too long
Literal quá lớn = The literal is too large
Lệnh lồng nhau quá {} tầng = Nested deeper than {} levels
Đang IDLE: cần DONE = In IDLE: DONE is expected
CONDSTORE đang tắt cho tài khoản này = CONDSTORE is switched off for this account
METADATA đang tắt cho tài khoản này = METADATA is switched off for this account
VANISHED cần ENABLE QRESYNC trước = VANISHED needs ENABLE QRESYNC first
QRESYNC cần ENABLE QRESYNC trước = QRESYNC needs ENABLE QRESYNC first

Đã bật UIDONLY: chỉ dùng UID, không dùng số thứ tự thư = UIDONLY is on: UIDs only, no sequence numbers

# mailboxes
Đã mở = Opened
Chỉ đọc = Opened to read only
Đã rời hộp thư trước = The mailbox before was left
cờ và nhãn được giữ = flags and keywords that are kept
thư chưa đọc đầu tiên = first unread message
UID còn mãi = UIDs are valid
UID tiếp theo = next UID
mã hộp thư = identifier of the mailbox
CONDSTORE bật = CONDSTORE is on
Chưa chọn hộp thư nào = No mailbox is selected
Hộp thư đang mở chỉ để đọc = The mailbox is open to read only
Hộp thư đang mở đã bị xóa = The selected mailbox was deleted
Hộp thư đang mở đã bị xóa hoặc không còn được chia sẻ; xin kết nối lại = The selected mailbox was deleted or is no longer shared; please reconnect
Không có hộp thư “{}”. = There is no mailbox "{}".
Hộp thư “{}” đã có. = The mailbox "{}" exists already.
INBOX luôn có sẵn. = INBOX always exists.
Đã có hộp thư cho {} = There is a mailbox for {} already
Công dụng này không có = There is no such special use
“{}” chỉ chứa hộp thư con = "{}" only holds other mailboxes
“{}” chỉ chứa hộp thư con. = "{}" only holds other mailboxes.
“{}” chỉ chứa hộp thư con, không mở được = "{}" only holds other mailboxes and cannot be opened
“{}” còn hộp thư con = There are mailboxes below "{}"
“{}” do hệ thống quản lý, không tạo được ở đây = "{}" is kept by the system, nothing can be made here
“{}” là hộp thư của hệ thống, không xóa được = "{}" is a mailbox of the system and cannot be deleted
“{}” là hộp thư của hệ thống, không đổi tên được = "{}" is a mailbox of the system and cannot be renamed
Không đổi tên vào bên dưới chính nó được = A mailbox cannot be renamed to below itself
Không đổi tên sang hộp thư của người khác được; xin chép thư = Not to another owner by renaming; copy the messages
Mỗi tài khoản có tối đa {} hộp thư. = An account has at most {} mailboxes.
Tên hộp thư không viết đúng UTF-7 sửa đổi hoặc UTF-8 = The mailbox name is neither modified UTF-7 nor UTF-8
Tên hộp thư dài quá {} ký tự = The mailbox name is longer than {} characters
Tên hộp thư phải có từ 1 đến {} ký tự = A mailbox name has 1 to {} characters
Tên hộp thư có một tầng để trống = A level of the mailbox name is empty
Tên hộp thư không được có ký tự điều khiển, “%” hay “*” = A mailbox name has no control characters, "%" or "*"
Mẫu tên hộp thư dài quá {} ký tự = The pattern is longer than {} characters
Hộp thư đã hết dung lượng; xin xóa bớt thư hoặc báo quản trị. = The quota is used up; delete messages or tell the administrator.
Hộp thư đã đủ số thư được giữ; xin xóa bớt thư hoặc báo quản trị. = There may be no more messages; delete some or tell the administrator.

# searching
$ chỉ có nghĩa trong hộp thư đang mở = $ means something in the open mailbox only
Bộ lọc {} không phải điều kiện tìm: {…} = The filter {} is no search key: {…}
Không có bộ lọc {} dùng được = There is no filter {} that can be used
tên bộ lọc không hợp lệ = the name of the filter is not valid
FILTER chỉ đi với bảng mã UTF-8 = FILTER goes with the charset UTF-8 only
FILTER thay quá {} lần = More than {} filters stand for each other
ESEARCH nêu quá {} hộp thư = ESEARCH names more than {} mailboxes
ESEARCH tìm trong nhiều nhất {} hộp thư = ESEARCH searches at most {} mailboxes
Không biết bảng mã này; nên dùng UTF-8 = This charset is not known; better use UTF-8
Nhãn lệnh này đang theo dõi một lần tìm khác = This tag follows another search
Đang theo dõi quá nhiều lần tìm = Too many searches are followed
PARTIAL chỉ dùng với UID FETCH = PARTIAL goes with UID FETCH only
RELEVANCY cần điều kiện FUZZY = RELEVANCY needs a FUZZY key
SAVE chỉ dùng khi chỉ tìm trong hộp thư đang mở = SAVE goes with a search of the open mailbox only
SORT có quá {} tiêu chí = SORT has more than {} criteria
chỉ được một PARTIAL hoặc một ALL = only one PARTIAL or one ALL
Đang làm, xin chờ = In progress, please wait
Tên hộp thư không được có ký tự NUL = A mailbox name has no NUL
chuỗi có ký tự NUL = the string has a NUL

# rights, quotas, annotations, news
Bạn không có quyền {…} (thiếu quyền “{}”). = You have no right to {…} (the right "{}" is missing).
xem tên hộp thư này = look up this mailbox
đọc hộp thư này = read this mailbox
đánh dấu đã đọc ở đây = mark messages as seen here
đặt cờ và nhãn ở đây = set flags and keywords here
đưa thư vào hộp thư này = put messages into this mailbox
tạo hộp thư con ở đây = make mailboxes here
xóa hay đổi tên hộp thư này = delete or rename this mailbox
đánh dấu xóa ở đây = mark messages as deleted here
xóa hẳn thư ở đây = expunge messages here
xem và đổi quyền của hộp thư này = see and change the rights on this mailbox
Không có quyền “{}”; các quyền: {}. = There is no right "{}"; the rights are {}.
Không có người hay nhóm “{}”. = There is no person or group "{}".
Chủ hộp thư luôn có đủ mọi quyền, không đổi được. = The owner of a mailbox always has all rights.
Mỗi hộp thư có tối đa {} mục quyền; hãy dùng nhóm. = A mailbox has at most {} identifiers; use groups.
“{}” không thể là cờ riêng; chọn trong {}. = "{}" cannot be a private flag; choose of {}.
cần tên người hoặc nhóm = the name of a person or group is expected
chữ dài quá = the text is too long
Không có hạn mức “{}”. = There is no quota root "{}".
Chỉ quản trị đặt được hạn mức. = Only administrators set quotas.
Không đặt được hạn mức {}; chỉ có STORAGE và MESSAGE. = {} cannot be limited; only STORAGE and MESSAGE can.
một loại hạn mức được nêu hai lần = a resource is named twice
tên hạn mức dài quá = the name of the quota root is too long
Chỉ quản trị đặt được mục chung của máy chủ. = Only administrators set shared entries of the server.
{} do máy chủ đặt, không sửa được. = {} is set by the server and cannot be changed.
Mỗi giá trị có tối đa {} byte. = A value has at most {} octets.
Các mục ghi chú đã chiếm hết chỗ dành cho tài khoản; xin xóa bớt. = The account's room for annotations is used up; remove some.
Mỗi hộp thư có tối đa {} mục; xin xóa bớt. = A mailbox has at most {} entries; remove some.
tên mục phải bắt đầu bằng /private/ hoặc /shared/, không có tầng trống = an entry begins with /private/ or /shared/ and has no empty level
tên mục chỉ gồm ký tự ASCII in được, không có * và % = an entry has printable ASCII characters only, without * and %
tên mục này cần ít nhất {} tầng = this entry needs at least {} levels
Có sự kiện không được hỗ trợ = An event is not supported
FlagChange cần MessageNew và MessageExpunge = FlagChange needs MessageNew and MessageExpunge
MessageNew và MessageExpunge phải đi cùng nhau = MessageNew and MessageExpunge go together
NOTIFY có quá {} nhóm = NOTIFY has more than {} groups
NOTIFY nêu quá {} hộp thư = NOTIFY names more than {} mailboxes
Quá nhiều thay đổi; thôi báo = Too many changes; nothing more is told
Theo dõi được tối đa {} hộp thư = At most {} mailboxes can be watched
chỉ nêu hộp thư đang mở một lần = the open mailbox may be named once
không có nhóm hộp thư {} = there is no group of mailboxes {}
mục FETCH chỉ dùng với hộp thư đang mở = FETCH items go with the open mailbox only
với hộp thư đang mở chỉ có sự kiện về thư = for the open mailbox there are events of messages only

# messages
Đã lưu = Stored
Đã thay = Replaced
Đã chuyển = Moved
Có thư vừa bị xóa ở nơi khác = Some messages were expunged elsewhere meanwhile
Có thư vừa bị nơi khác sửa nên không đổi = Some messages were changed elsewhere meanwhile and left alone
Có {} thư không đọc được nội dung, xin báo quản trị = {} messages cannot be read, please tell the administrator
Hộp thư chỉ có {} thư, không có thư số {} = The mailbox has {} messages, there is no number {}
Số thư {} quá lớn = The message number {} is too large
Không có thư cần thay = There is no message to be replaced
Thư cần thay không còn ở đây; chưa lưu gì = The message to be replaced is gone; nothing was stored
REPLACE chỉ thay một thư = REPLACE takes one message
Thư rỗng: đã hủy, chưa lưu gì = An empty message: cancelled, nothing was stored
Thư lớn hơn {} byte = The message is larger than {} octets
Thư ghép lại sẽ quá lớn = The message would be too large
Mỗi thư có tối đa {} nhãn = A message has at most {} keywords
Mỗi lệnh APPEND nhận tối đa {} thư = One APPEND takes at most {} messages
Mỗi lệnh APPEND chỉ nhận một thư = One APPEND takes one message
Lệnh này chỉ nhận một thư = This command takes one message
CATENATE có quá {} phần = CATENATE has more than {} parts
Địa chỉ này không chỉ tới một thư hay phần thư đọc được = This URL names no message or part that can be read
Thư có ký tự NUL ngoài nội dung của các phần = NUL stands outside of the content of parts
URL quá dài = The URL is too long
Không giải được kiểu mã hóa {} = The transfer encoding {} is not known
Phần thư lồng nhau quá {} tầng = Parts nested deeper than {} levels
Chỉ nhận bảng mã UTF-8 hoặc US-ASCII = Only UTF-8 and US-ASCII are known

# syntax
thiếu tham số = an argument is missing
cần một dấu cách = a space is expected
thừa ký tự ở cuối lệnh = something follows the end of the command
cần một chuỗi = a string is expected
cần “{}” = "{}" is expected
cần {…} = expected: {…}
nhãn lệnh (tag) = a tag
một từ (atom) = an atom
một số = a number
một chuỗi = a string
một tên hoặc mẫu tên hộp thư = a mailbox name or pattern
{} không có = there is no {}
chuỗi trong dấu ngoặc kép không đóng hoặc có ký tự cấm = the quoted string does not end or holds a forbidden character
chữ không phải UTF-8 = the text is not UTF-8
phần literal viết sai = the literal is written wrongly
phần literal bị thiếu = the literal is not whole
phần literal có ký tự NUL = the literal holds NUL
số {} ngoài khoảng {}–{} = the number {} is not within {} to {}
cần một ngày như 17-Jul-2024 = a date like 17-Jul-2024 is expected
cần ngày giờ như "17-Jul-2024 02:44:25 +0700" = a date and time like "17-Jul-2024 02:44:25 +0700" is expected
ngày không có thật = there is no such day
ngày giờ không có thật = there is no such moment
cần một dãy số thư như 1:5,8 hay 1:* = a set like 1:5,8 or 1:* is expected
cần nội dung thư dưới dạng literal như {310} = the message is expected as a literal like {310}
cần TEXT hoặc URL = TEXT or URL is expected
cần FLAGS hoặc FLAGS.SILENT = FLAGS or FLAGS.SILENT is expected
cần RETURN = RETURN is expected
cần tên mục FETCH = the name of a FETCH item is expected
cần HEADER, HEADER.FIELDS, TEXT hay MIME = HEADER, HEADER.FIELDS, TEXT or MIME is expected
mục FETCH {} không có = there is no FETCH item {}
mục STATUS {} không có = there is no STATUS item {}
tuỳ chọn FETCH {} không có = there is no FETCH modifier {}
tuỳ chọn LIST {} không có = there is no LIST option {}
tuỳ chọn RETURN {} không có = there is no RETURN option {}
điều kiện tìm {} không có = there is no search key {}
cờ hệ thống {} không có = there is no system flag {}
cần một từ khoá, không phải cờ hệ thống = a keyword is expected, not a system flag
nhãn dài quá {} ký tự = the keyword is longer than {} characters
chỉ nhận tuỳ chọn USE = only the option USE is known
chỉ nhận tuỳ chọn UNCHANGEDSINCE = only the option UNCHANGEDSINCE is known
chỉ nhận tuỳ chọn CONDSTORE hoặc QRESYNC = only the options CONDSTORE and QRESYNC are known
chỉ nhận tuỳ chọn MAXSIZE và DEPTH = only the options MAXSIZE and DEPTH are known
VANISHED chỉ dùng với UID FETCH và CHANGEDSINCE = VANISHED is for UID FETCH with CHANGEDSINCE
RECURSIVEMATCH phải đi cùng một tuỳ chọn khác = RECURSIVEMATCH needs another option beside it
tên trường đầu thư không hợp lệ = not a header field name
chữ cần tìm không đúng bảng mã đã khai = the text is not in the charset that was named
mã không hợp lệ = not an identifier
cần priv, shared hay all = priv, shared or all is expected
ID cần các cặp tên và giá trị = ID takes pairs of names and values
ID quá dài = ID is too long
ENABLE có quá {} tên = ENABLE has more than {} names
LIST có quá {} mẫu tên = LIST has more than {} patterns
FETCH hỏi quá {} mục = FETCH asks for more than {} items
FETCH hỏi quá {} trường đầu thư = FETCH asks for more than {} header fields
SEARCH có quá {} điều kiện = SEARCH has more than {} keys
SEARCH tìm quá {} đoạn chữ = SEARCH looks for more than {} texts
Quá {} mục trong một lệnh = More than {} entries in one command
DEPTH là 0, 1 hoặc infinity = DEPTH is 0, 1 or infinity
Tên mục dài quá 500 ký tự = The entry name is longer than 500 characters
tên mục này cần ít nhất {} tầng = this entry name needs at least {} levels
tên mục chỉ gồm ký tự ASCII in được, không có * và % = an entry name is printable ASCII without * and %
tên mục phải bắt đầu bằng /private/ hoặc /shared/, không có tầng trống = an entry name begins with /private/ or /shared/ and has no empty level
{} do máy chủ đặt, không sửa được. = {} is set by the server and cannot be changed.
Chỉ quản trị đặt được mục chung của máy chủ. = Only an administrator may set shared entries of the server.
"""  # noqa: E501
_MARK = re.compile(r"(\{…?\})")


def _lines() -> dict[str, str]:
    lines = (line for line in _CATALOGUE.splitlines() if line and not line.startswith("# "))
    return dict(line.split(" = ", 1) for line in lines)


_EXACT = _lines()


def _pattern(text: str) -> re.Pattern[str]:
    pieces = ("(.*)" if _MARK.fullmatch(piece) else re.escape(piece) for piece in _MARK.split(text))
    return re.compile("".join(pieces), re.DOTALL)


_PATTERNS = [
    (_pattern(text), told)
    for text, told in sorted(_EXACT.items(), key=lambda item: -len(item[0]))  # the most particular first
    if _MARK.search(text)
]


@lru_cache(maxsize=1024)
def english(text: str) -> str:
    """The text in English, or as it is."""
    told = _EXACT.get(text)
    if told is not None:
        return told
    for pattern, template in _PATTERNS:
        if match := pattern.fullmatch(text):
            given = iter(match.groups())
            return "".join(_filled(piece, given) for piece in _MARK.split(template))
    return text


def _filled(piece: str, given: Iterator[str]) -> str:
    if piece == "{}":
        return next(given)
    return english(next(given)) if piece == "{…}" else piece
