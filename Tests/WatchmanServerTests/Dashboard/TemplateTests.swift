import NIOCore
import Testing
import WatchmanCore

@testable import WatchmanServer

/// What no template and no file of the dashboard may do.
@Suite struct TemplateTests {
    static let sources = Templates.sources.mapValues { String(decoding: $0, as: UTF8.self) }

    @Test(arguments: sources.keys.sorted()) func `nothing passes a template unescaped`(name: String) throws {
        let text = try #require(Self.sources[name])
        for raw in ["{{{", "{{&", "CONTENT_TYPE"] { #expect(!text.contains(raw)) }
    }

    @Test(arguments: sources.keys.sorted()) func `scripts and styles are never in a page itself`(name: String) throws {
        let text = try #require(Self.sources[name]).lowercased()
        #expect(!text.contains("style=") && !text.contains("<style") && !text.contains("javascript:"))
        #expect(text.matches(of: /\son[a-z]+\s*=/).isEmpty)
        #expect(text.matches(of: /<script/).count == (name == "layout" ? 1 : 0))
        #expect(text.matches(of: /(src|href)="https?:/).isEmpty, "everything comes from here")
    }

    @Test(arguments: sources.keys.sorted()) func `every attribute with a text in it is quoted`(name: String) throws {
        let text = try #require(Self.sources[name])
        #expect(text.matches(of: /=\{\{/).isEmpty)
    }

    @Test(arguments: sources.keys.sorted()) func `what follows changes can be found again`(name: String) throws {
        for tag in try #require(Self.sources[name]).matches(of: /<[^>]*\sdata-live[^>]*>/) {
            #expect(tag.output.contains(" id=\""), "\(tag.output)")
        }
    }

    @Test(arguments: sources.keys.sorted()) func `every part that a template includes is there`(name: String) throws {
        for part in try #require(Self.sources[name]).matches(of: /\{\{[><]\s*([a-z-]+)\}\}/) {
            #expect(Self.sources[String(part.output.1)] != nil)
        }
    }

    @Test func `style and script stay small`() {
        let size = Assets.style.content.readableBytes + Assets.script.content.readableBytes
        #expect(size < 40_000)
    }
}
