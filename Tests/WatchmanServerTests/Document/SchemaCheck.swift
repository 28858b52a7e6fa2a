import Foundation

@testable import WatchmanServer

/// Judges JSON values by the schemas of a document, strictly: a field that the schema does not name is a mistake, too.
struct SchemaCheck {
    let document: JSON

    /// What does not fit, with its place; empty if all is well.
    func problems(_ value: JSON, _ schema: JSON, at place: String = "$") -> [String] {
        if case .text(let reference)? = schema["$ref"] {
            let name = String(reference.split(separator: "/").last ?? "")
            guard let target = self.document["components"]?["schemas"]?[name] else { return ["no schema \(name)"] }
            return self.problems(value, target, at: place)
        }
        if case .array(let choices)? = schema["anyOf"] {
            let found = choices.map { self.problems(value, $0, at: place) }
            return found.contains([]) ? [] : found.first ?? []
        }
        if case .array(let values)? = schema["enum"], !values.contains(value) {
            return ["\(place) is none of the enum"]
        }
        if let constant = schema["const"], constant != value { return ["\(place) is not \(constant)"] }
        guard case .text(let type)? = schema["type"] else { return ["\(place) has no type in the schema"] }
        switch (type, value) {
        case ("null", .null), ("boolean", .bool), ("number", .number): return []
        case ("number", .integer(let number)), ("integer", .integer(let number)):
            return Self.problems(number, schema, place)
        case ("string", .text(let text)): return Self.problems(text, schema, place)
        case ("array", .array(let items)): return self.problems(items, schema, place)
        case ("object", .object(let members)): return self.problems(members, schema, place)
        default: return ["\(place) is not of type \(type)"]
        }
    }

    private func problems(_ items: [JSON], _ schema: JSON, _ place: String) -> [String] {
        guard let form = schema["items"] else { return ["\(place) has no form of its items"] }
        return items.enumerated().flatMap { self.problems($1, form, at: "\(place)[\($0)]") }
    }

    private func problems(_ members: [String: JSON], _ schema: JSON, _ place: String) -> [String] {
        // An object of any kind: only the document itself.
        guard case .object(let properties)? = schema["properties"] else { return [] }
        var problems: [String] = []
        if case .array(let required)? = schema["required"] {
            problems += required.compactMap { name in
                if case .text(let name) = name, members[name] == nil { "\(place).\(name) is missing" } else { nil }
            }
        }
        return members.sorted { $0.key < $1.key }.reduce(into: problems) { problems, member in
            guard let form = properties[member.key] else {
                return problems.append("\(place).\(member.key) is not in the schema")
            }
            problems += self.problems(member.value, form, at: "\(place).\(member.key)")
        }
    }

    private static func problems(_ number: Int, _ schema: JSON, _ place: String) -> [String] {
        if case .integer(let minimum)? = schema["minimum"], number < minimum { return ["\(place) is too small"] }
        if case .integer(let maximum)? = schema["maximum"], number > maximum { return ["\(place) is too large"] }
        return []
    }

    private static func problems(_ text: String, _ schema: JSON, _ place: String) -> [String] {
        if case .text(let pattern)? = schema["pattern"], !Self.matches(text, pattern) {
            return ["\(place) does not match \(pattern)"]
        }
        if case .integer(let most)? = schema["maxLength"], text.unicodeScalars.count > most {
            return ["\(place) is long"]
        }
        return []
    }

    /// Whether a text matches a pattern as ECMA-262 does.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        guard let expression = try? NSRegularExpression(pattern: pattern) else { return false }
        return expression.firstMatch(in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
}
