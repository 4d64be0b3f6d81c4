"""What the tenant sends by itself: reports of its Actions, its log stream, logout tokens. Verified, put into our
words, handed to a verb; no push lowers a flag."""

from .action import ActionView
from .backchannel import BackchannelLogoutView
from .logs import LogsView

__all__ = ["ActionView", "BackchannelLogoutView", "LogsView"]
