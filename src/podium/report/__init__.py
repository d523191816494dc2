"""What people read: a page that plays, a folder, data beside it, in their language."""
