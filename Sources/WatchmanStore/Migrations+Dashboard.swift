import GRDB

/// What the dashboard, its people and the jobs brought along.
extension Migrations {
    static func createPeople(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE user (
                    id TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL UNIQUE,
                    role TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
                    passwordHash TEXT,
                    createdAt TEXT NOT NULL,
                    lastSignInAt TEXT
                ) STRICT;
                CREATE TABLE signInLink (
                    userID TEXT PRIMARY KEY NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                    secretHash BLOB NOT NULL UNIQUE,
                    expiresAt TEXT NOT NULL
                ) STRICT;
                CREATE TABLE session (
                    id TEXT PRIMARY KEY NOT NULL,
                    userID TEXT NOT NULL REFERENCES user (id) ON DELETE CASCADE,
                    tokenHash BLOB NOT NULL UNIQUE,
                    formerHash BLOB UNIQUE,
                    source TEXT NOT NULL,
                    createdAt TEXT NOT NULL,
                    rotatedAt TEXT NOT NULL,
                    lastSeenAt TEXT NOT NULL
                ) STRICT;
                CREATE INDEX sessionByUser ON session (userID);
                ALTER TABLE apiKey ADD COLUMN role TEXT NOT NULL DEFAULT 'admin'
                    CHECK (role IN ('viewer', 'operator', 'admin'));
                """)
    }

    /// Less than a tenth of the root file system is free.
    static let diskIsFull = "vitals ->> 'diskFree' * 10 < vitals ->> 'diskTotal'"
    /// The device's clock is more than a minute off.
    static let clockIsOff = "abs(clockSkew) > 60"

    /// Indexes that hold nothing but the few devices that need attention (sqlite.org/partialindex.html).
    static func createConcerns(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE INDEX deviceWithFullDisk ON device (name) WHERE \(self.diskIsFull);
                CREATE INDEX deviceWithWrongClock ON device (name) WHERE \(self.clockIsOff);
                """)
    }

    /// Slots, hours and days are counted from 1970 in UTC: a slot is 5 minutes.
    ///
    /// Samples are ordered by slot, so that those of one moment lie together when they are written, rolled up and deleted; they
    /// do not refer to their device, because each removal would have to search them all.
    static func createMetrics(_ db: Database) throws {
        try db.execute(
            sql: """
                ALTER TABLE device ADD COLUMN isOnline INTEGER NOT NULL DEFAULT 0 CHECK (isOnline IN (0, 1));
                UPDATE device SET isOnline = coalesce(
                    (SELECT isUp FROM tunnelEvent WHERE deviceID = device.id ORDER BY id DESC LIMIT 1), 0);
                CREATE INDEX deviceByState ON device (isOnline, name);
                CREATE INDEX deviceByLastSeen ON device (coalesce(lastSeen, '') DESC, name, isOnline);
                CREATE TABLE metricSample (
                    slot INTEGER NOT NULL,
                    deviceID TEXT NOT NULL,
                    load REAL NOT NULL,
                    memory REAL NOT NULL,
                    disk REAL NOT NULL,
                    temperature REAL,
                    PRIMARY KEY (slot, deviceID)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE metricHour (
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    hour INTEGER NOT NULL,
                    load REAL NOT NULL,
                    loadMax REAL NOT NULL,
                    memory REAL NOT NULL,
                    memoryMax REAL NOT NULL,
                    disk REAL NOT NULL,
                    temperature REAL,
                    temperatureMax REAL,
                    PRIMARY KEY (deviceID, hour)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE uptimeDay (
                    deviceID TEXT NOT NULL REFERENCES device (id) ON DELETE CASCADE,
                    day INTEGER NOT NULL,
                    seconds INTEGER NOT NULL CHECK (seconds BETWEEN 0 AND 86400),
                    PRIMARY KEY (deviceID, day)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE fleetSample (
                    slot INTEGER PRIMARY KEY NOT NULL,
                    online INTEGER NOT NULL,
                    total INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE rollup (
                    name TEXT PRIMARY KEY NOT NULL,
                    doneUntil INTEGER NOT NULL
                ) STRICT;
                """)
    }

    /// One narrow text per device that a search reads instead of whole rows. No field has a control character in it, so a
    /// line feed ends each and a tab begins a tag.
    static func createSearch(_ db: Database) throws {
        let text = """
            UPDATE device SET searchText = id || char(10) || name || char(10) || coalesce(facts ->> 'hostname', '') || char(10)
                || coalesce((SELECT group_concat(char(9) || tag || char(10), '') FROM deviceTag WHERE deviceID = device.id), '')
            """
        try db.execute(sql: "ALTER TABLE device ADD COLUMN searchText TEXT NOT NULL DEFAULT ''")
        try db.execute(sql: text)
        try db.execute(
            sql: """
                CREATE INDEX deviceBySearchText ON device (searchText);
                CREATE TRIGGER searchTextOfNewDevice AFTER INSERT ON device
                    BEGIN \(text) WHERE id = new.id; END;
                CREATE TRIGGER searchTextOfDevice AFTER UPDATE OF name, facts ON device
                    WHEN new.name <> old.name OR new.facts <> old.facts
                    BEGIN \(text) WHERE id = new.id; END;
                CREATE TRIGGER searchTextOfNewTag AFTER INSERT ON deviceTag
                    BEGIN \(text) WHERE id = new.deviceID; END;
                CREATE TRIGGER searchTextOfOldTag AFTER DELETE ON deviceTag
                    BEGIN \(text) WHERE id = old.deviceID; END;
                """)
    }

    static func createJobs(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE job (
                    id TEXT PRIMARY KEY NOT NULL,
                    name TEXT NOT NULL UNIQUE,
                    kind TEXT NOT NULL CHECK (kind IN ('backup', 'prune', 'rollup', 'check', 'command')),
                    cron TEXT NOT NULL,
                    timeZone TEXT NOT NULL,
                    jitter INTEGER NOT NULL CHECK (jitter >= 0),
                    missed TEXT NOT NULL CHECK (missed IN ('skip', 'run')),
                    selector TEXT,
                    command TEXT,
                    timeout INTEGER NOT NULL CHECK (timeout > 0),
                    concurrency INTEGER NOT NULL CHECK (concurrency > 0),
                    isPaused INTEGER NOT NULL DEFAULT 0 CHECK (isPaused IN (0, 1)),
                    nextRunAt TEXT,
                    createdAt TEXT NOT NULL,
                    createdBy TEXT NOT NULL,
                    CHECK ((kind = 'command') = (command IS NOT NULL))
                ) STRICT;
                CREATE TABLE jobRun (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    jobID TEXT NOT NULL REFERENCES job (id) ON DELETE CASCADE,
                    cause TEXT NOT NULL CHECK (cause IN ('schedule', 'missed', 'manual')),
                    actor TEXT NOT NULL,
                    state TEXT NOT NULL
                        CHECK (state IN ('running', 'succeeded', 'failed', 'timed-out', 'interrupted', 'skipped')),
                    summary TEXT NOT NULL,
                    startedAt TEXT NOT NULL,
                    endedAt TEXT,
                    CHECK ((state = 'running') = (endedAt IS NULL))
                ) STRICT;
                CREATE INDEX jobRunByJob ON jobRun (jobID, id);
                CREATE UNIQUE INDEX jobRunOneAtATime ON jobRun (jobID) WHERE state = 'running';
                CREATE TABLE jobOutput (
                    runID INTEGER NOT NULL REFERENCES jobRun (id) ON DELETE CASCADE,
                    target TEXT NOT NULL,
                    name TEXT NOT NULL,
                    status INTEGER,
                    isTimedOut INTEGER NOT NULL CHECK (isTimedOut IN (0, 1)),
                    output TEXT NOT NULL,
                    startedAt TEXT NOT NULL,
                    endedAt TEXT NOT NULL,
                    PRIMARY KEY (runID, target)
                ) STRICT, WITHOUT ROWID;
                """)
    }
}
