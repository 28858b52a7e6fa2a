import GRDB
import GRDBSQLite

/// Takes from a connection the right to change the schema (sqlite.org/c3ref/set_authorizer.html).
///
/// Migrations run before it is in force. After it, whatever text reached SQLite could not create, alter or drop anything, could not reach
/// another file, and could not switch off what keeps the tables' promises.
enum SchemaLock {
    private static let refused: Set<CInt> = [
        SQLITE_CREATE_INDEX, SQLITE_CREATE_TABLE, SQLITE_CREATE_TEMP_INDEX, SQLITE_CREATE_TEMP_TABLE,
        SQLITE_CREATE_TEMP_TRIGGER, SQLITE_CREATE_TEMP_VIEW, SQLITE_CREATE_TRIGGER, SQLITE_CREATE_VIEW,
        SQLITE_CREATE_VTABLE, SQLITE_DROP_INDEX, SQLITE_DROP_TABLE, SQLITE_DROP_TEMP_INDEX, SQLITE_DROP_TEMP_TABLE,
        SQLITE_DROP_TEMP_TRIGGER, SQLITE_DROP_TEMP_VIEW, SQLITE_DROP_TRIGGER, SQLITE_DROP_VIEW, SQLITE_DROP_VTABLE,
        SQLITE_ALTER_TABLE, SQLITE_ATTACH, SQLITE_DETACH, SQLITE_REINDEX, SQLITE_ANALYZE,
    ]

    /// Settings that may be asked for and not changed.
    private static let fixed: Set<String> = [
        "foreign_keys", "ignore_check_constraints", "journal_mode", "recursive_triggers", "synchronous",
        "user_version", "writable_schema",
    ]

    /// Locks the schema on this connection for as long as it is open.
    static func close(_ db: Database) {
        sqlite3_set_authorizer(
            db.sqliteConnection,
            { _, action, name, value, _, _ in
                let isSetting = action == SQLITE_PRAGMA && value != nil
                let isFixed =
                    isSetting && (name.map { SchemaLock.fixed.contains(String(cString: $0).lowercased()) } ?? true)
                return SchemaLock.refused.contains(action) || isFixed ? SQLITE_DENY : SQLITE_OK
            }, nil)
    }
}
