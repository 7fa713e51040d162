"""What is typed into tasks, reports and questions bears no mark of secrecy (regulation, Article 7.2)."""

from __future__ import annotations

from mailsvc.core.errors import Refused
from mailsvc.documents import holding


def require_open(text: str, title: str = "") -> None:
    """Raises Refused when the title or the text bears a mark; nothing is kept, the person still has the words."""
    mark = holding.screen(titles=[title] if title else [], text=text)
    if mark:
        raise Refused(
            "Nội dung có dấu hiệu bí mật nhà nước (“%(mark)s”); hệ thống này không nhận. Chưa có gì được ghi. "
            "Căn cứ: %(RULE)s.",
            mark=mark,
            RULE=holding.RULE,
        )
