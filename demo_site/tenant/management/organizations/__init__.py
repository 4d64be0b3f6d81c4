"""Organizations: themselves, their members, connections and invitations."""
