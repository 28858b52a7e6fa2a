import Foundation
import GRDB
import WatchmanCore

/// Who may enrol, who may enter, and what was done.
extension Migrations {
    static func extendEnrolment(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE joinToken ADD COLUMN approval TEXT NOT NULL DEFAULT 'auto'
                    CHECK (approval IN ('auto', 'manual'));
                ALTER TABLE joinToken ADD COLUMN sources TEXT NOT NULL DEFAULT '[]';
                CREATE TABLE applicant (
                    id TEXT PRIMARY KEY NOT NULL,
                    publicKey TEXT NOT NULL UNIQUE,
                    tokenID TEXT NOT NULL,
                    name TEXT,
                    hostKeys TEXT NOT NULL,
                    facts TEXT NOT NULL,
                    escrowsRootPassword INTEGER NOT NULL CHECK (escrowsRootPassword IN (0, 1)),
                    clockSkew REAL NOT NULL,
                    source TEXT NOT NULL,
                    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'rejected')),
                    createdAt TEXT NOT NULL
                ) STRICT;
                CREATE TABLE deviceAlias (
                    alias TEXT PRIMARY KEY NOT NULL,
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX deviceByMachineID ON device (facts ->> 'machineID');
                CREATE INDEX deviceBySerial ON device (facts ->> 'serial');
                """)
    }

    /// A device's state is `DeviceState.rank`.
    static func extendIdentity(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE device ADD COLUMN bootID TEXT;
                ALTER TABLE device ADD COLUMN isDuplicate INTEGER NOT NULL DEFAULT 0 CHECK (isDuplicate IN (0, 1));
                ALTER TABLE device ADD COLUMN chosenBootID TEXT;
                ALTER TABLE device ADD COLUMN reportedHostKeys TEXT;
                ALTER TABLE device ADD COLUMN state INTEGER GENERATED ALWAYS AS (
                    CASE WHEN reportedHostKeys IS NOT NULL THEN 0 WHEN isDuplicate THEN 1 ELSE 2 + isOnline END) VIRTUAL;
                DROP INDEX deviceByState;
                CREATE INDEX deviceByState ON device (state, name);
                CREATE INDEX deviceOnline ON device (isOnline);
                ALTER TABLE device ADD COLUMN loginUsers TEXT NOT NULL DEFAULT '["root"]';
                ALTER TABLE device ADD COLUMN rotatePasswordAt TEXT;
                CREATE TABLE deviceInstance (
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    bootID TEXT NOT NULL,
                    machineID TEXT,
                    hostname TEXT NOT NULL,
                    source TEXT NOT NULL,
                    firstSeen TEXT NOT NULL,
                    lastSeen TEXT NOT NULL,
                    PRIMARY KEY (deviceID, bootID)
                ) STRICT, WITHOUT ROWID;
                """)
    }

    static func extendPeople(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE user ADD COLUMN mayReveal INTEGER NOT NULL DEFAULT 0 CHECK (mayReveal IN (0, 1));
                ALTER TABLE user ADD COLUMN scope TEXT;
                ALTER TABLE user ADD COLUMN totpSecret BLOB;
                ALTER TABLE user ADD COLUMN totpStep INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE user ADD COLUMN issuer TEXT;
                ALTER TABLE user ADD COLUMN subject TEXT;
                CREATE UNIQUE INDEX userBySubject ON user (issuer, subject) WHERE subject IS NOT NULL;
                CREATE TABLE recoveryCode (
                    userID TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                    hash BLOB NOT NULL,
                    PRIMARY KEY (userID, hash)
                ) STRICT, WITHOUT ROWID;
                ALTER TABLE apiKey ADD COLUMN mayReveal INTEGER NOT NULL DEFAULT 0 CHECK (mayReveal IN (0, 1));
                ALTER TABLE apiKey ADD COLUMN scope TEXT;
                ALTER TABLE apiKey ADD COLUMN expiresAt TEXT;
                ALTER TABLE apiKey ADD COLUMN owner TEXT;
                ALTER TABLE session ADD COLUMN provenAt TEXT;
                """)
    }

    static func extendEntering(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE certificate ADD COLUMN actor TEXT NOT NULL DEFAULT '';
                ALTER TABLE certificate ADD COLUMN revokedAt TEXT;
                CREATE INDEX certificateByActor ON certificate (actor, expiresAt);
                CREATE INDEX certificateThatWasRevoked ON certificate (expiresAt) WHERE revokedAt IS NOT NULL;
                CREATE TABLE connection (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    serial INTEGER NOT NULL,
                    deviceID TEXT NOT NULL,
                    actor TEXT NOT NULL,
                    source TEXT NOT NULL,
                    port INTEGER NOT NULL,
                    startedAt TEXT NOT NULL,
                    endedAt TEXT
                ) STRICT;
                CREATE INDEX connectionThatIsOpen ON connection (serial) WHERE endedAt IS NULL;
                CREATE TABLE setting (
                    name TEXT PRIMARY KEY NOT NULL,
                    value TEXT NOT NULL
                ) STRICT, WITHOUT ROWID;
                """)
    }

    /// Passwords that devices confirmed before are as old as their making.
    static func extendEscrow(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE rootPassword ADD COLUMN confirmedAt TEXT;
                ALTER TABLE rootPassword ADD COLUMN revealedAt TEXT;
                UPDATE rootPassword SET confirmedAt = createdAt WHERE state <> 'pending';
                """)
    }

    /// Rows that are there already get their place in the chain, too.
    static func chainAudit(_ db: Database) throws {
        try db.execute(
            sql: """
                DROP TRIGGER auditIsNeverChanged;
                ALTER TABLE audit ADD COLUMN source TEXT NOT NULL DEFAULT '';
                ALTER TABLE audit ADD COLUMN hash BLOB NOT NULL DEFAULT x'';
                """)
        var hash = AuditChain.start
        let rows = try Row.fetchCursor(
            db, sql: "SELECT id, at, actor, source, action, subject, detail FROM audit ORDER BY id")
        while let row = try rows.next() {
            let texts = (1..<7).map { (index: Int) -> String in row[index] }
            hash = AuditChain.hash(hash, row["id"], texts)
            try db.execute(sql: "UPDATE audit SET hash = ? WHERE id = ?", arguments: [hash, row["id"] as Int64])
        }
        try db.execute(
            sql: """
                CREATE TRIGGER auditIsNeverChanged BEFORE UPDATE ON audit
                    BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END;
                """)
        // What was done before is not news for the log.
        let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM audit")
        if let last { try Store.set(db, Store.journalPlace, "\(last)") }
    }
}
