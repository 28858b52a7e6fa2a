import Testing
import WatchmanCore
import WatchmanSystem

@testable import WatchmanCommands

@Suite struct PrereqsLinesTests {
    private static let json = """
        {"role":"edge","isReady":false,"checks":[
        {"name":"openssh-client","verdict":"ok","found":"9.2","detail":"fine"},
        {"name":"openssh-server","verdict":"failed","detail":"missing","cure":"apt-get install -y openssh-server autossh"},
        {"name":"autossh","verdict":"failed","detail":"missing","cure":"apt-get install -y openssh-server autossh"}]}
        """

    @Test func `a report is a table, what to do once each, and the verdict`() throws {
        let report = try WireJSON.decode(PrerequisiteReport.self, from: Array(Self.json.utf8))
        #expect(
            Watchman.Prereqs.lines(report) == [
                "CHECK           VERDICT  FOUND  DETAIL", "openssh-client  ok       9.2    fine",
                "openssh-server  failed   -      missing", "autossh         failed   -      missing", "", "To mend:",
                "  apt-get install -y openssh-server autossh", "", "not ready",
            ])
    }

    @Test func `a machine that is ready is told nothing to do`() throws {
        let json = #"{"role":"edge","isReady":true,"checks":[{"name":"autossh","verdict":"ok","detail":"fine"}]}"#
        let report = try WireJSON.decode(PrerequisiteReport.self, from: Array(json.utf8))
        #expect(
            Watchman.Prereqs.lines(report) == [
                "CHECK    VERDICT  FOUND  DETAIL", "autossh  ok       -      fine", "", "ready",
            ])
    }
}
