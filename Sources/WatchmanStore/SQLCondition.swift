import GRDB
import WatchmanCore

/// A piece of a WHERE clause.
struct SQLCondition {
    let sql: String
    let arguments: StatementArguments
}

extension SQLCondition {
    /// True of the rows of `device` that a selector means.
    init(devices selector: DeviceSelector) {
        self.init(selector, name: "device.name", tags: "deviceTag WHERE deviceID = device.id")
    }

    /// True of the rows of `joinToken` whose devices a selector means, whatever their names.
    init(tokens selector: DeviceSelector) {
        self.init(selector, name: "NULL", tags: "(SELECT value AS tag FROM json_each(joinToken.tags)) WHERE TRUE")
    }

    /// What follows a condition to keep a query of `device` within a scope: nothing if the scope is all devices.
    static func and(within scope: DeviceSelector?) -> SQLCondition { self.and(scope.map(SQLCondition.init(devices:))) }

    /// The same for a query of `joinToken`.
    static func and(tokensWithin scope: DeviceSelector?) -> SQLCondition {
        self.and(scope.map(SQLCondition.init(tokens:)))
    }

    private static func and(_ condition: SQLCondition?) -> SQLCondition {
        guard let condition else { return SQLCondition(sql: "", arguments: []) }
        return SQLCondition(sql: " AND \(condition.sql)", arguments: condition.arguments)
    }

    private init(_ selector: DeviceSelector, name: String, tags: String) {
        var arguments: [String] = []
        // The patterns hold no special characters of GLOB but *.
        // Typed, because GRDB has a type of its own for SQL that texts would become.
        let alternatives: [String] = selector.alternatives.map { terms in
            let conditions: [String] = terms.map { term in
                switch term {
                case .all: return "TRUE"
                case .name(let pattern):
                    arguments.append(pattern)
                    return "\(name) GLOB ?"
                case .tag(let pattern):
                    arguments.append(pattern)
                    return "EXISTS (SELECT 1 FROM \(tags) AND tag GLOB ?)"
                }
            }
            return conditions.joined(separator: " AND ")
        }
        let either = alternatives.joined(separator: ") OR (")
        self.init(sql: "((\(either)))", arguments: StatementArguments(arguments))
    }
}
