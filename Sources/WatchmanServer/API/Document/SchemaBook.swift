import Foundation
import WatchmanCore

/// Learns the JSON Schemas of the API's messages from the types themselves, by letting them decode from nothing, so that a schema cannot say
/// anything else than the code. `SchemaRules` adds what a type does not tell: patterns and bounds.
final class SchemaBook {
    /// The schema of each message by the name of its type.
    private(set) var messages: [String: JSON] = [:]
    /// The rules that found their place.
    private(set) var rulesUsed: Set<String> = []
    /// Whether null may stand for what is absent.
    fileprivate var allowsNull = false

    /// The schema of what the server reads, where null may stand for what is absent. Ask for these first: a message that goes both ways has one
    /// schema.
    ///
    /// - Throws: `WatchmanError` (`internal`) for a type whose form cannot be learned.
    func request(_ type: any Decodable.Type) throws -> JSON {
        self.allowsNull = true
        defer { self.allowsNull = false }
        return try self.schema(type)
    }

    /// The schema of what the server writes, where nothing is null; a message of several fields stands under its name in `messages`.
    ///
    /// - Throws: `WatchmanError` (`internal`) for a type whose form cannot be learned.
    func schema(_ type: any Decodable.Type) throws -> JSON { try self.learn(type).schema }

    /// The schema, and a value that stands for any.
    fileprivate func learn<Value: Decodable>(_ type: Value.Type) throws -> (schema: JSON, value: Value) {
        if let (schema, value) = SchemaRules.leaf(type), let value = value as? Value { return (schema, value) }
        if let list = type as? any ListType.Type, let empty = list.empty as? Value {
            return (["type": "array", "items": try list.items(in: self)], empty)
        }
        if let choice = type as? any (CaseIterable & RawRepresentable).Type {
            let cases = Self.cases(choice)
            guard let first = cases.values.first as? Value else { throw Self.unknown(type) }
            return (["type": "string", "enum": .array(cases.names)], first)
        }
        let fields = Fields(book: self, message: Self.name(type))
        let value = try type.init(from: fields)
        self.messages[fields.message] = self.messages[fields.message] ?? fields.schema
        return (["$ref": .text("#/components/schemas/\(fields.message)")], value)
    }

    /// `Outer.Inner` without the module.
    private static func name(_ type: Any.Type) -> String {
        String(reflecting: type).split(separator: ".").dropFirst().joined(separator: ".")
    }

    private static func cases<Choice: CaseIterable & RawRepresentable>(_ choice: Choice.Type) -> (
        names: [JSON], values: [Choice]
    ) {
        let values = Array(choice.allCases)
        return (values.compactMap { ($0.rawValue as? String).map { .text($0) } }, values)
    }

    fileprivate func rule(_ place: String) -> JSON {
        guard let rule = SchemaRules.rules[place] else { return [:] }
        self.rulesUsed.insert(place)
        return rule
    }

    fileprivate static func unknown(_ type: Any.Type) -> WatchmanError {
        WatchmanError(.internal, "the form of \(type) cannot be learned: it needs a place in SchemaRules.leaves")
    }
}

/// The fields that a message asks for when it decodes itself.
private final class Fields: Decoder {
    let book: SchemaBook
    let message: String
    private var properties: [String: JSON] = [:]
    private var required: Set<String> = []
    private var optional: Set<String> = []
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(book: SchemaBook, message: String) {
        self.book = book
        self.message = message
    }

    var schema: JSON {
        let schema: JSON = ["type": "object", "properties": .object(self.properties)]
        guard !self.required.isEmpty else { return schema }
        return schema.merging(["required": .array(self.required.sorted().map { .text($0) })])
    }

    /// Notes that the message asks whether it has a field: then it can do without.
    func ask(_ key: String) { self.optional.insert(key) }

    /// Notes a field.
    func add<Value: Decodable>(_ key: String, _ type: Value.Type) throws -> Value {
        let (schema, value) = try self.book.learn(type)
        var field = schema.merging(self.book.rule("\(self.message).\(key)"))
        if !self.optional.contains(key) {
            self.required.insert(key)
        } else if self.book.allowsNull {
            field = ["anyOf": [field, ["type": "null"]]]
        }
        self.properties[key] = field
        return value
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedFields<Key>(fields: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw SchemaBook.unknown([Any].self) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw SchemaBook.unknown(Any.self) }
}

/// The generic method stands in for those of the single types, too. `decodeIfPresent` is Swift's own: it asks `contains` first.
private struct KeyedFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: Fields
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
        self.fields.ask(key.stringValue)
        return true
    }

    func decodeNil(forKey key: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try self.fields.add(key.stringValue, type)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> { throw SchemaBook.unknown(type) }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw SchemaBook.unknown(Key.self)
    }

    func superDecoder() throws -> any Decoder { self.fields }
    func superDecoder(forKey key: Key) throws -> any Decoder { self.fields }
}

/// An array of anything.
private protocol ListType {
    static var empty: Any { get }
    static func items(in book: SchemaBook) throws -> JSON
}

extension Array: ListType where Element: Decodable {
    fileprivate static var empty: Any { Self() }
    fileprivate static func items(in book: SchemaBook) throws -> JSON { try book.schema(Element.self) }
}
