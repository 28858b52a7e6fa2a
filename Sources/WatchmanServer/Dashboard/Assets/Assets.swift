import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Files of the dashboard, compiled into the binary. The address holds a hash of the content, so a browser keeps each for ever.
struct Assets: Sendable {
    /// One file.
    struct File: Sendable {
        let path: String
        let type: String
        let content: ByteBuffer

        init(_ name: String, _ type: String, _ bytes: [UInt8]) {
            let hash = SHA256.hash(data: bytes).prefix(6).map { String($0, radix: 16) }.joined()
            self.path = "/assets/\(hash)/\(name)"
            self.type = type
            self.content = ByteBuffer(bytes: bytes)
        }
    }

    static let style = File("style.css", "text/css; charset=utf-8", PackageResources.style_css)
    static let script = File("app.js", "text/javascript; charset=utf-8", PackageResources.app_js)
    static let icon = File("icon.svg", "image/svg+xml", PackageResources.icon_svg)

    var all: [Page] {
        [Self.style, Self.script, Self.icon].map { file in
            Page(.get, file.path, .anyone) { _ in
                Response(
                    status: .ok,
                    headers: [.contentType: file.type, .cacheControl: "public, max-age=31536000, immutable"],
                    body: ResponseBody(byteBuffer: file.content))
            }
        }
    }
}
