import HTTPTypes
import WatchmanCore

/// The API's document, OpenAPI 3.1, made from the list of its endpoints.
enum OpenAPI {
    /// - Throws: `WatchmanError` (`internal`) for an endpoint that cannot be described.
    static func document(_ endpoints: [Endpoint], server: String) throws -> JSON {
        let book = SchemaBook()
        // What is read comes first: see SchemaBook.request.
        let bodies = try endpoints.map { try $0.takes.map(book.request) }
        let failure = try book.schema(ErrorBody.self)
        var paths: [String: JSON] = [:]
        for (endpoint, body) in zip(endpoints, bodies) {
            var operation = try self.operation(endpoint, book)
            let links = Links.from(endpoint, to: endpoints)
            if !links.isEmpty { operation["responses"]?["200"]?["links"] = .object(links) }
            if let body { operation["requestBody"] = ["required": true, "content": self.content(body)] }
            paths[endpoint.template, default: [:]][endpoint.method.rawValue.lowercased()] = operation
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "watchman", "version": .text(Version.current), "description": .text(self.description),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .text(server)]],
            "paths": .object(paths),
            "components": [
                "schemas": .object(book.messages), "securitySchemes": self.securitySchemes,
                "headers": ["RequestID": self.requestID],
                "responses": [
                    "Refused": self.answer("The request cannot be met; `error` says why and what to do.", failure),
                    "Fault": self.answer("The server cannot answer at this moment.", failure),
                ],
            ],
        ]
    }

    private static func operation(_ endpoint: Endpoint, _ book: SchemaBook) throws -> JSON {
        let isText = endpoint.gives is any ReadyText.Type
        let mediaType = (endpoint.gives as? any ReadyText.Type)?.mediaType ?? "application/json"
        let form: JSON = isText && mediaType != "application/json" ? ["type": "string"] : try self.form(endpoint, book)
        let good = self.answer("Done.", form, mediaType)
        var operation: JSON = [
            "operationId": .text(endpoint.operationID), "summary": .text(endpoint.summary),
            "tags": [.text(endpoint.tag)], "security": self.security(endpoint.access),
            "parameters": .array(endpoint.pathParameters + endpoint.query.map(self.parameter)),
            "responses": [
                "200": good, "4XX": ["$ref": "#/components/responses/Refused"],
                "5XX": ["$ref": "#/components/responses/Fault"],
            ],
        ]
        if endpoint.gives is any Verdict.Type {
            operation["responses"]?["503"] = self.answer("Something is not as it should be.", form)
        }
        operation = operation.merging(self.rights(endpoint.access))
        return operation
    }

    /// The document itself has no schema here: that would be OpenAPI's own.
    private static func form(_ endpoint: Endpoint, _ book: SchemaBook) throws -> JSON {
        endpoint.gives is any ReadyText.Type ? ["type": "object"] : try book.schema(endpoint.gives)
    }

    private static func answer(_ words: String, _ schema: JSON, _ mediaType: String = "application/json") -> JSON {
        [
            "description": .text(words), "headers": ["X-Request-Id": ["$ref": "#/components/headers/RequestID"]],
            "content": self.content(schema, mediaType),
        ]
    }

    private static func content(_ schema: JSON, _ mediaType: String = "application/json") -> JSON {
        .object([mediaType: ["schema": schema]])
    }

    private static func parameter(_ parameter: QueryParameter) -> JSON {
        let schema: JSON =
            switch parameter.form {
            case .integer(let range):
                ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
            case .choice(let choices): ["type": "string", "enum": .array(choices.map { .text($0) })]
            case .text(let pattern, _): ["type": "string", "pattern": .text(pattern)]
            case .cursor: ["type": "string", "format": "cursor", "pattern": .text(QueryParameter.cursorPattern)]
            }
        return [
            "name": .text(parameter.name), "in": "query", "description": .text(parameter.summary), "schema": schema,
        ]
    }

    /// What the caller needs beyond a key; an operation with `x-scoped` answers within the caller's scope, any other is for people whose
    /// scope is all devices.
    private static func rights(_ access: Access) -> JSON {
        switch access {
        case .role(let role): ["x-role": .text(role.rawValue)]
        case .scoped(let role): ["x-role": .text(role.rawValue), "x-scoped": .bool(true)]
        case .reveal: ["x-permission": "reveal", "x-scoped": .bool(true)]
        case .anyone, .device, .own: [:]
        }
    }

    private static func security(_ access: Access) -> JSON {
        switch access {
        case .anyone: []
        case .device: [["deviceID": [], "deviceSequence": [], "deviceSignature": []]]
        case .role, .scoped, .reveal, .own: [["apiKey": []]]
        }
    }

    private static let securitySchemes: JSON = [
        "apiKey": ["type": "http", "scheme": "bearer", "description": "An API key: `watchman admin keys create`."],
        "deviceID": ["type": "apiKey", "in": "header", "name": .text(DeviceSignature.deviceField)],
        "deviceSequence": ["type": "apiKey", "in": "header", "name": .text(DeviceSignature.sequenceField)],
        "deviceSignature": [
            "type": "apiKey", "in": "header", "name": .text(DeviceSignature.signatureField),
            "description":
                "SSHSIG by the device's key over `METHOD PATH\\nDEVICE\\nSEQUENCE\\n` and the body, in base64.",
        ],
    ]

    private static let requestID: JSON = [
        "description": "What the server's log calls this request.", "required": true,
        "schema": ["type": "string", "pattern": "^[0-9a-z]{1,13}$"],
    ]

    private static let description = """
        Every list that can be long comes in pages: `limit` says how many rows, and `next` in the answer is what `after` must be for the page that \
        follows; without `next` it was the last. Every answer that is not a success has `error` with `code`, `message` and often `hint`. `x-role` of \
        an operation is the role that its caller needs; on the Unix socket every caller is admin and needs no key.
        """
}

extension Endpoint {
    /// The path as OpenAPI writes it: `/devices/{device}`.
    var template: String {
        self.path.split(separator: "/").map { $0.hasPrefix(":") ? "/{\($0.dropFirst())}" : "/\($0)" }.joined()
    }

    /// The method and the path in one word, such as `patchDevicesDevice`.
    var operationID: String {
        let parts = self.path.split { "/:.-".contains($0) }.filter { $0 != "api" && $0 != "v1" }
        return self.method.rawValue.lowercased() + parts.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// What it is about: the part of the path after the version.
    fileprivate var tag: String {
        let parts = self.path.split(separator: "/").map(String.init)
        return parts.first == "api" && parts.count > 2 ? parts[2] : "operation"
    }

    fileprivate var pathParameters: [JSON] {
        self.parts.map { name in
            let (summary, schema) = SchemaRules.pathParameters[name] ?? ("", ["type": "string"])
            return [
                "name": .text(name), "in": "path", "required": true, "description": .text(summary), "schema": schema,
            ]
        }
    }
}
