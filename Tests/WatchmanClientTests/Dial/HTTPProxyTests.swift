import Foundation
import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanClient

@Suite struct HTTPProxyTests {
    @Test(arguments: ["http://proxy.example:3128", "http://proxy.example:3128/"])
    func `a proxy is a host and a port`(text: String) throws {
        let proxy = try HTTPProxy(text)
        #expect(proxy.host == "proxy.example" && proxy.port == 3128 && proxy.user == nil)
        #expect(try HTTPProxy("http://[2001:db8::1]:8080").host == "2001:db8::1")
    }

    @Test(arguments: [
        "", "proxy:3128", "https://proxy:3128", "http://", "http://proxy", "http://proxy:", "http://proxy:0",
        "http://proxy:65536", "http://pro xy:3128", "http://proxy:3128/x", "http://-proxy:3128", "http://a\r\nb:3128",
        "socks5://proxy:1080",
    ])
    func `anything else is refused`(text: String) {
        #expect(throws: WatchmanError.self) { try HTTPProxy(text) }
        #expect(throws: WatchmanError.self) { try HTTPProxy(text, allowsPassword: true) }
    }

    @Test func `a password is taken from the environment and refused on a command line`() throws {
        let text = "http://jo:p%40ss@proxy.example:3128"
        let error = #expect(throws: WatchmanError.self) { try HTTPProxy(text) }
        #expect(error.map { "\($0)".contains("ss@") } == false)
        let proxy = try HTTPProxy(text, allowsPassword: true)
        #expect(proxy.user == "jo" && proxy.password == Secret("p@ss"))
        #expect(!"\(proxy)".contains("p@ss"))
    }

    @Test func `the request names the place, and the user if there is one`() throws {
        var proxy = try HTTPProxy("http://proxy.example:3128")
        let text = { String(decoding: proxy.request($0, port: 2222), as: UTF8.self) }
        #expect(text("gw.example") == "CONNECT gw.example:2222 HTTP/1.1\r\nHost: gw.example:2222\r\n\r\n")
        #expect(text("2001:db8::1").hasPrefix("CONNECT [2001:db8::1]:2222 "))
        (proxy.user, proxy.password) = ("Aladdin", Secret("open sesame"))
        #expect(text("x").contains("\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
    }

    @Test(arguments: ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.0 200 Connection established\r\n\r\n", "HTTP/1.1 200\n\n"])
    func `a connection that was made is taken`(answer: String) throws { try HTTPProxy.check(Array(answer.utf8)) }

    @Test(arguments: [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "another user or password"),
        ("HTTP/1.1 403 For\u{1b}[31mbidden\r\n\r\n", "the proxy refuses: 403 For"),
        ("HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", "the proxy refuses: 302"),
        ("SSH-2.0-x\r\n\r\n", "does not answer like one"), ("\r\n\r\n", "does not answer like one"),
        ("HTTP/1.1 2 OK\r\n\r\n", "does not answer like one"), ("HTTP/2 200\r\n\r\n", "does not answer like one"),
    ])
    func `any other answer says why`(answer: String, words: String) {
        let error = #expect(throws: WatchmanError.self) { try HTTPProxy.check(Array(answer.utf8)) }
        #expect(error?.message.contains(words) == true)
        #expect(error?.message.utf8.contains(0x1b) == false)
    }
}
