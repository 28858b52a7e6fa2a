public import Foundation

/// The one JSON dialect of the API, the CLI's `--format json`, the database's columns and the files on a device: sorted keys, ISO-8601 dates.
public enum WireJSON {
    /// Encodes a value; `pretty` is for people.
    public static func encode(_ value: some Encodable, pretty: Bool = false) throws -> Data {
        let encoder = Self.encoder
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        return try encoder.encode(value)
    }

    /// Decodes a value.
    public static func decode<Value: Decodable>(_ type: Value.Type, from data: some DataProtocol) throws -> Value {
        try Self.decoder.decode(type, from: Data(data))
    }

    /// A new encoder of the dialect.
    public static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    /// A new decoder of the dialect.
    public static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return decoder
    }
}
