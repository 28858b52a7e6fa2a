import GRDB

/// How tunnels are, end to end.
extension Migrations {
    /// A device's state is `DeviceState.rank`. What a device reported itself is a text of `TunnelProblem` or `TunnelWay`.
    static func extendTunnels(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE device ADD COLUMN isDegraded INTEGER NOT NULL DEFAULT 0 CHECK (isDegraded IN (0, 1));
                ALTER TABLE device ADD COLUMN isLeaving INTEGER NOT NULL DEFAULT 0 CHECK (isLeaving IN (0, 1));
                ALTER TABLE device ADD COLUMN problem TEXT;
                ALTER TABLE device ADD COLUMN way TEXT;
                DROP INDEX deviceByState;
                ALTER TABLE device DROP COLUMN state;
                ALTER TABLE device ADD COLUMN state INTEGER GENERATED ALWAYS AS (
                    CASE WHEN reportedHostKeys IS NOT NULL THEN 0 WHEN isDuplicate THEN 1
                        ELSE 2 + isOnline + (isOnline AND NOT isDegraded) END) VIRTUAL;
                CREATE INDEX deviceByState ON device (state, name);
                """)
    }
}
