import Hummingbird
import Mustache
import NIOCore
import WatchmanCore

/// The dashboard's templates, compiled into the binary and read once.
struct Templates: Sendable {
    private let library: MustacheLibrary

    /// Reads every template.
    ///
    /// - Throws: what swift-mustache says of one that it cannot read.
    init(_ sources: [String: [UInt8]] = Self.sources) throws {
        MustacheContentTypes.register(HTMLText(), named: HTMLText.name)
        // A template that is included by another starts over with swift-mustache's own escaper, so each one names ours.
        let pragma = "{{% CONTENT_TYPE: \(HTMLText.name)}}"
        let templates = try sources.mapValues {
            try MustacheTemplate(string: pragma + String(decoding: $0, as: UTF8.self))
        }
        self.library = MustacheLibrary(templates: templates)
    }

    /// A page made of a template and its view value.
    func page(_ name: String, _ view: some Sendable, status: HTTPResponse.Status = .ok) throws -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: try self.text(name, view))))
    }

    /// The text of a page.
    func text(_ name: String, _ view: some Sendable) throws -> String {
        guard let text = self.library.render(view, withTemplate: name) else {
            throw WatchmanError(.internal, "there is no template \(name)")
        }
        return text
    }

    /// By name. A new page adds its line here and one in Package.swift.
    static var sources: [String: [UInt8]] {
        [
            "layout": PackageResources.layout_mustache,
            "sign-in": PackageResources.sign_in_mustache,
            "welcome": PackageResources.welcome_mustache,
            "error": PackageResources.error_mustache,
        ]
    }
}
