import Foundation
import HTTPTypes
import Testing
import WatchmanCore

@testable import WatchmanServer

/// The document says what the API does, no more and no less.
@Suite struct OpenAPITests {
    private static func document(_ fixture: ServerFixture) async throws -> JSON {
        try await fixture.call(.get, "/api/v1/openapi.json", .remote).decode(JSON.self)
    }

    private static func operations(_ document: JSON) throws -> [String: JSON] {
        guard case .object(let paths)? = document["paths"] else { throw WatchmanError(.internal, "no paths") }
        var operations: [String: JSON] = [:]
        for (path, item) in paths {
            guard case .object(let methods) = item else { continue }
            for (method, operation) in methods { operations["\(method.uppercased()) \(path)"] = operation }
        }
        return operations
    }

    @Test func `every endpoint stands in the document, and nothing else`() async throws {
        try await ServerFixture.with { fixture in
            let document = try await Self.document(fixture)
            #expect(document["openapi"] == "3.1.0")
            #expect(document["info"]?["version"] == .text(Version.current))
            let operations = try Self.operations(document)
            let endpoints = try fixture.endpoints
            #expect(Set(operations.keys) == Set(endpoints.map { "\($0.method.rawValue) \($0.template)" }))
            for endpoint in endpoints {
                let operation = try #require(operations["\(endpoint.method.rawValue) \(endpoint.template)"])
                #expect(operation["summary"] == .text(endpoint.summary))
                #expect(operation["security"] == Self.security(endpoint.access))
                #expect(Self.parameters(operation) == Self.parameters(endpoint))
                #expect((operation["requestBody"] != nil) == (endpoint.takes != nil))
                let responses = try #require(operation["responses"])
                #expect(responses["200"] != nil && responses["4XX"] != nil && responses["5XX"] != nil)
                #expect((responses["503"] != nil) == (endpoint.gives is any Verdict.Type))
            }
            let names = operations.values.compactMap { $0["operationId"] }
            #expect(Set(names).count == operations.count, "no two operations have the same name")
        }
    }

    private static func security(_ access: Access) -> JSON {
        switch access {
        case .anyone: []
        case .device: [["deviceID": [], "deviceSequence": [], "deviceSignature": []]]
        case .role, .scoped, .reveal, .own: [["apiKey": []]]
        }
    }

    private static func parameters(_ operation: JSON) -> Set<[JSON?]> {
        guard case .array(let parameters)? = operation["parameters"] else { return [] }
        return Set(parameters.map { [$0["in"], $0["name"]] })
    }

    private static func parameters(_ endpoint: Endpoint) -> Set<[JSON?]> {
        let inPath = endpoint.path.split(separator: "/").filter { $0.hasPrefix(":") }
            .map { [JSON.text("path"), JSON.text(String($0.dropFirst()))] }
        return Set(inPath + endpoint.query.map { [.text("query"), .text($0.name)] })
    }

    @Test func `every rule has its place, and every part of a path is used`() async throws {
        try await ServerFixture.with { fixture in
            let (book, endpoints) = (SchemaBook(), try fixture.endpoints)
            for endpoint in endpoints {
                if let takes = endpoint.takes { _ = try book.request(takes) }
                if !(endpoint.gives is any ReadyText.Type) { _ = try book.schema(endpoint.gives) }
            }
            #expect(Set(SchemaRules.rules.keys).subtracting(book.rulesUsed) == [])
            let parts = endpoints.flatMap { $0.path.split(separator: "/") }.filter { $0.hasPrefix(":") }
            #expect(Set(SchemaRules.pathParameters.keys) == Set(parts.map { String($0.dropFirst()) }))
        }
    }

    @Test func `every link begins at an operation and at a value of its answer`() async throws {
        try await ServerFixture.with { fixture in
            let endpoints = try fixture.endpoints
            let document = try await Self.document(fixture)
            for source in Links.sources {
                let endpoint = try #require(
                    endpoints.first { "\($0.method.rawValue) \($0.path)" == source.operation }, "\(source.operation)")
                let links = Links.from(endpoint, to: endpoints)
                #expect(!links.isEmpty)
                var form: JSON? = try SchemaBook().schema(endpoint.gives)
                for step in source.pointer.split(separator: "/") {
                    if case .text(let reference)? = form?["$ref"] {
                        form = document["components"]?["schemas"]?[String(reference.split(separator: "/").last ?? "")]
                    }
                    form = step == "0" ? form?["items"] : form?["properties"]?[String(step)]
                }
                #expect(
                    form?["type"] == "string" || form?["type"] == "integer", "\(source.operation) \(source.pointer)")
            }
        }
    }

    @Test func `what a body may leave out may be null there, and an answer never says null`() async throws {
        try await ServerFixture.with { fixture in
            let schemas = try #require(try await Self.document(fixture)["components"]?["schemas"])
            let name = schemas["DeviceChange"]?["properties"]?["name"]
            #expect(name == ["anyOf": [["type": "string", "pattern": .text(DeviceName.pattern)], ["type": "null"]]])
            #expect(schemas["DeviceChange"]?["required"] == nil)
            #expect(schemas["DeviceSummary"]?["properties"]?["reason"] == ["type": "string"])
            #expect(schemas["APIKeySummary"]?["properties"]?["role"]?["enum"] == ["viewer", "operator", "admin"])
        }
    }

    @Test func `failures have the form that the document gives them`() async throws {
        try await ServerFixture.with { fixture in
            let document = try await Self.document(fixture)
            let form = try #require(
                document["components"]?["responses"]?["Refused"]?["content"]?["application/json"]?["schema"])
            for path in ["/api/v1/devices/nobody", "/nowhere", "/api/v1/register", "/api/v1/devices?x=1"] {
                let answer = try await fixture.admin(.get, path)
                #expect(answer.status >= 400)
                #expect(SchemaCheck(document: document).problems(try answer.decode(JSON.self), form) == [])
            }
        }
    }

    /// Texts that are and are not names, each with the check that the server makes.
    static let texts = [
        "", "a", "A", "9", "-", "a-", "-a", "a-b", "a.b", "a_b", "a b", "a=b", "a=b=c", "=", "=a", "a=", ".a", "_a",
        "é",
        "a\n", "a\u{301}", "٣", "a\u{0}", String(repeating: "a", count: 32), String(repeating: "a", count: 33),
        String(repeating: "a", count: 63), String(repeating: "a", count: 64), String(repeating: "a", count: 65),
        "a=\(String(repeating: "b", count: 62))", "a=\(String(repeating: "b", count: 63))",
    ]

    @Test(arguments: texts) func `a pattern accepts what the code accepts`(text: String) {
        // `$` of ICU also stands before a last line feed, that of ECMA-262 does not.
        let isLine = !text.utf8.contains(UInt8(ascii: "\n"))
        #expect((isLine && SchemaCheck.matches(text, DeviceName.pattern)) == DeviceName.isValid(text))
        #expect((isLine && SchemaCheck.matches(text, UserName.pattern)) == UserName.isValid(text))
        let isTag = (try? DeviceName.checkTag(text)) != nil
        let fits = isLine && text.unicodeScalars.count <= DeviceName.longestTag
        #expect((fits && SchemaCheck.matches(text, DeviceName.tagPattern)) == isTag)
    }

    @Test func `the pattern of a line knows the characters that are dropped`() {
        let all = (0...0x10_ffff).compactMap { Unicode.Scalar(UInt32($0)) }
        let isDropped = all.map {
            [.control, .format, .lineSeparator, .privateUse].contains($0.properties.generalCategory)
        }
        // Beyond 16 bits only where one range meets the next.
        let scalars = all.indices.filter { all[$0].value < 0x10000 || isDropped[$0] != isDropped[$0 - 1] }
            .flatMap { [all[$0 - 1 < 0 ? 0 : $0 - 1], all[$0]] }
        let pattern = try? NSRegularExpression(pattern: SchemaRules.line(3))
        let wrong = scalars.filter { scalar in
            let text = "a\(scalar)a"
            let isMatch = pattern?.firstMatch(in: text, range: NSRange(location: 0, length: text.utf16.count)) != nil
            return isMatch == (OutsideText.clean(text, limit: 9).utf8.count == 2)
        }
        #expect(wrong == [])
    }
}
