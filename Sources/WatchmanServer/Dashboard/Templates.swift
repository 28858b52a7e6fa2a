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
            "account": PackageResources.account_mustache,
            "audit": PackageResources.audit_mustache,
            "backups": PackageResources.backups_mustache,
            "chart": PackageResources.chart_mustache,
            "cli-login": PackageResources.cli_login_mustache,
            "code": PackageResources.code_mustache,
            "device": PackageResources.device_mustache,
            "devices": PackageResources.devices_mustache,
            "enrol": PackageResources.enrol_mustache,
            "error": PackageResources.error_mustache,
            "fleet": PackageResources.fleet_mustache,
            "gateway": PackageResources.gateway_mustache,
            "job": PackageResources.job_mustache,
            "job-run": PackageResources.job_run_mustache,
            "jobs": PackageResources.jobs_mustache,
            "layout": PackageResources.layout_mustache,
            "mark": PackageResources.mark_mustache,
            "moment": PackageResources.moment_mustache,
            "note": PackageResources.note_mustache,
            "passage": PackageResources.passage_mustache,
            "password": PackageResources.password_mustache,
            "people": PackageResources.people_mustache,
            "sign-in": PackageResources.sign_in_mustache,
            "symbols": PackageResources.symbols_mustache,
            "welcome": PackageResources.welcome_mustache,
        ]
    }
}
