"""Work that the Management API takes on and does a moment later: imports, exports, verification mails."""
