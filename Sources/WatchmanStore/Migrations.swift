import GRDB

/// The schema's history. A migration that shipped never changes.
enum Migrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 foundation") { db in
            try Self.createFleet(db)
            try Self.createTrust(db)
            try Self.createHistory(db)
        }
        migrator.registerMigration("2 dashboard") { db in
            try Self.createPeople(db)
            try Self.createConcerns(db)
            try Self.createMetrics(db)
            try Self.createSearch(db)
            try Self.createJobs(db)
        }
        migrator.registerMigration("3 trust") { db in
            try Self.extendEnrolment(db)
            try Self.extendIdentity(db)
            try Self.extendPeople(db)
            try Self.extendEntering(db)
            try Self.extendEscrow(db)
            try Self.chainAudit(db)
        }
        migrator.registerMigration("4 tunnels") { db in try Self.extendTunnels(db) }
        migrator.registerMigration("5 profiles") { db in
            // A text of `NetworkProfile`; NULL for an agent that says none.
            try db.execute(sql: "ALTER TABLE device ADD COLUMN profile TEXT")
        }
        return migrator
    }

    private static func createFleet(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE gateway (
                    id TEXT PRIMARY KEY NOT NULL,
                    host TEXT,
                    port INTEGER NOT NULL CHECK (port BETWEEN 1 AND 65535),
                    firstPort INTEGER NOT NULL CHECK (firstPort BETWEEN 1024 AND 65535),
                    lastPort INTEGER NOT NULL CHECK (lastPort BETWEEN firstPort AND 65535)
                ) STRICT;
                CREATE TABLE device (
                    id TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL UNIQUE,
                    publicKey TEXT NOT NULL UNIQUE,
                    tokenID TEXT NOT NULL,
                    hostKeys TEXT NOT NULL,
                    facts TEXT NOT NULL,
                    vitals TEXT,
                    escrowsRootPassword INTEGER NOT NULL CHECK (escrowsRootPassword IN (0, 1)),
                    clockSkew REAL NOT NULL,
                    sequence INTEGER NOT NULL DEFAULT 0 CHECK (sequence >= 0),
                    tunnelProblem TEXT,
                    createdAt TEXT NOT NULL,
                    lastSeen TEXT
                ) STRICT;
                CREATE TABLE deviceTag (
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    tag TEXT NOT NULL,
                    PRIMARY KEY (deviceID, tag)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX deviceTagByTag ON deviceTag (tag);
                CREATE TABLE portLease (
                    gatewayID TEXT NOT NULL REFERENCES gateway (id),
                    port INTEGER NOT NULL,
                    deviceID TEXT UNIQUE REFERENCES device (id),
                    releasedAt TEXT,
                    PRIMARY KEY (gatewayID, port),
                    CHECK ((deviceID IS NULL) <> (releasedAt IS NULL))
                ) STRICT, WITHOUT ROWID;
                """)
    }

    private static func createTrust(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE joinToken (
                    id TEXT PRIMARY KEY NOT NULL,
                    secretHash BLOB NOT NULL,
                    tags TEXT NOT NULL,
                    maxUses INTEGER NOT NULL CHECK (maxUses >= 1),
                    uses INTEGER NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND maxUses),
                    createdAt TEXT NOT NULL,
                    expiresAt TEXT NOT NULL,
                    revokedAt TEXT
                ) STRICT;
                CREATE TABLE apiKey (
                    id TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL,
                    secretHash BLOB NOT NULL,
                    createdAt TEXT NOT NULL,
                    lastUsedAt TEXT,
                    revokedAt TEXT
                ) STRICT;
                CREATE TABLE rootPassword (
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    version INTEGER NOT NULL CHECK (version >= 1),
                    state TEXT NOT NULL CHECK (state IN ('pending', 'current', 'past')),
                    sealed BLOB NOT NULL,
                    createdAt TEXT NOT NULL,
                    PRIMARY KEY (deviceID, version)
                ) STRICT, WITHOUT ROWID;
                CREATE UNIQUE INDEX rootPasswordOnePerState ON rootPassword (deviceID, state) WHERE state <> 'past';
                CREATE TABLE certificate (
                    serial INTEGER PRIMARY KEY AUTOINCREMENT,
                    deviceID TEXT NOT NULL,
                    keyID TEXT NOT NULL,
                    fingerprint TEXT NOT NULL,
                    issuedAt TEXT NOT NULL,
                    expiresAt TEXT NOT NULL
                ) STRICT;
                """)
    }

    private static func createHistory(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE tunnelEvent (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    at TEXT NOT NULL,
                    isUp INTEGER NOT NULL CHECK (isUp IN (0, 1))
                ) STRICT;
                CREATE INDEX tunnelEventByDevice ON tunnelEvent (deviceID, id);
                CREATE TABLE audit (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    at TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    action TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    detail TEXT NOT NULL
                ) STRICT;
                CREATE TRIGGER auditIsNeverChanged BEFORE UPDATE ON audit
                    BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
                CREATE TRIGGER auditIsNeverDeleted BEFORE DELETE ON audit
                    BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END;
                """)
    }
}
