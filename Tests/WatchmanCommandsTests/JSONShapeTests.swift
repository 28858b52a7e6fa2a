import Foundation
import TestSupport
import Testing
import WatchmanCore

@testable import WatchmanCommands

/// What `--format json` prints is a promise: scripts read it.
@Suite struct JSONShapeTests {
    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try WireJSON.encode(value, pretty: true), as: UTF8.self)
    }

    @Test func `devices`() throws {
        let list = DeviceList(devices: [
            CommandSamples.device("abcdefgh23", "edge-1", tags: ["arm"]),
            CommandSamples.device("bcdefghi34", "edge-2", .offline, port: 20001, lastSeen: nil),
        ])
        #expect(
            try Self.json(list) == """
                {
                  "devices" : [
                    {
                      "agentVersion" : "0.1.0",
                      "gateway" : "main",
                      "id" : "abcdefgh23",
                      "lastSeen" : "2026-09-21T14:13:15Z",
                      "name" : "edge-1",
                      "port" : 20000,
                      "state" : "online",
                      "tags" : [
                        "arm"
                      ]
                    },
                    {
                      "agentVersion" : "0.1.0",
                      "gateway" : "main",
                      "id" : "bcdefghi34",
                      "name" : "edge-2",
                      "port" : 20001,
                      "reason" : "never checked in",
                      "state" : "offline",
                      "tags" : [

                      ]
                    }
                  ]
                }
                """)
    }

    @Test func `devices show`() throws {
        #expect(
            try Self.json(try CommandSamples.detail()) == """
                {
                  "clockSkew" : -7200,
                  "createdAt" : "2026-09-20T14:13:20Z",
                  "escrowsRootPassword" : true,
                  "events" : [
                    {
                      "at" : "2026-09-21T14:12:20Z",
                      "isUp" : true
                    }
                  ],
                  "facts" : {
                    "agentVersion" : "0.1.0",
                    "architecture" : "aarch64",
                    "hostname" : "edge",
                    "kernel" : "6.1.0-test",
                    "machineID" : "0123456789abcdef",
                    "ssh" : "OpenSSH_9.2p1",
                    "sshd" : "OpenSSH_9.2p1",
                    "system" : "Test OS 1"
                  },
                  "hostKeys" : [
                    "\(CommandSamples.line)"
                  ],
                  "keyFingerprint" : "SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w",
                  "rootPassword" : {
                    "dueAt" : "2026-10-18T14:13:20Z",
                    "setAt" : "2026-09-19T14:13:20Z",
                    "version" : 3
                  },
                  "summary" : {
                    "agentVersion" : "0.1.0",
                    "gateway" : "main",
                    "id" : "abcdefgh23",
                    "lastSeen" : "2026-09-21T14:13:15Z",
                    "name" : "edge-1",
                    "port" : 20000,
                    "state" : "online",
                    "tags" : [
                      "arm",
                      "site=berlin"
                    ]
                  },
                  "vitals" : {
                    "addresses" : [
                      "192.0.2.10"
                    ],
                    "clock" : "2026-09-21T14:13:20Z",
                    "diskFree" : 21474836480,
                    "diskTotal" : 34359738368,
                    "load" : 0.25,
                    "memoryAvailable" : 3221225472,
                    "memoryTotal" : 4294967296,
                    "temperature" : 48.5,
                    "uptime" : 93784
                  }
                }
                """)
    }

    @Test func `admin tokens`() throws {
        let summary = JoinTokenSummary(
            id: "abcd2345", state: .active, maxUses: 2, uses: 1, tags: ["arm"], approval: .manual,
            sources: [try CIDR("192.0.2.0/24")], createdAt: CommandSamples.now,
            expiresAt: CommandSamples.now + 3600)
        let row = """
            "approval" : "manual", "createdAt" : "2026-09-21T14:13:20Z", "expiresAt" : "2026-09-21T15:13:20Z", \
            "id" : "abcd2345", "maxUses" : 2, "sources" : [ "192.0.2.0/24" ], "state" : "active", "tags" : [ "arm" ], \
            "uses" : 1
            """
        #expect(Self.flat(try Self.json(JoinTokenList(tokens: [summary]))) == "{ \"tokens\" : [ { \(row) } ] }")
        let new = NewJoinToken(
            token: Secret("wmj1.x"), summary: summary, server: "https://tower.example:8443", keyPin: "pin=")
        #expect(
            Self.flat(try Self.json(new)) == """
                { "keyPin" : "pin=", "server" : "https://tower.example:8443", "summary" : { \(row) }, \
                "token" : "wmj1.x" }
                """)
    }

    @Test func `devices pending`() throws {
        let row = try CommandSamples.applicant()
        #expect(
            Self.flat(try Self.json(ApplicantList(applicants: [row]))) == """
                { "applicants" : [ { "createdAt" : "2026-09-21T14:12:20Z", "facts" : { "agentVersion" : "0.1.0", \
                "architecture" : "aarch64", "hostname" : "edge", "kernel" : "6.1.0-test", \
                "machineID" : "0123456789abcdef", "ssh" : "OpenSSH_9.2p1", "sshd" : "OpenSSH_9.2p1", \
                "system" : "Test OS 1" }, "id" : "k3v9q2m4xa", \
                "keyFingerprint" : "SHA256:jRF3ks+XcEadFl5DXvC4fGc+CT2pQXhGCmk7ztXiG7w", \
                "resembles" : { "id" : "abcdefgh23", "name" : "edge-1", "trait" : "machine-id" }, \
                "source" : "192.0.2.7", "state" : "waiting", "tags" : [ "arm" ], "token" : "abcd2345" } ] }
                """)
    }

    @Test func `admin keys`() throws {
        var summary = APIKeySummary(
            id: "abcd2345", name: "laptop", state: .active, role: .operator, createdAt: CommandSamples.now,
            lastUsedAt: nil, revokedAt: nil)
        let unused = """
            "createdAt" : "2026-09-21T14:13:20Z", "id" : "abcd2345", "mayReveal" : false, "name" : "laptop", \
            "role" : "operator", "state" : "active"
            """
        #expect(
            Self.flat(try Self.json(NewAPIKey(key: Secret("wmk1.x"), summary: summary)))
                == "{ \"key\" : \"wmk1.x\", \"summary\" : { \(unused) } }")
        summary.state = .revoked
        summary.scope = "site=berlin"
        summary.owner = "user:alice"
        summary.expiresAt = CommandSamples.now + 180
        summary.lastUsedAt = CommandSamples.now + 60
        summary.revokedAt = CommandSamples.now + 120
        #expect(
            Self.flat(try Self.json(APIKeyList(keys: [summary]))) == """
                { "keys" : [ { "createdAt" : "2026-09-21T14:13:20Z", "expiresAt" : "2026-09-21T14:16:20Z", \
                "id" : "abcd2345", "lastUsedAt" : "2026-09-21T14:14:20Z", "mayReveal" : false, "name" : "laptop", \
                "owner" : "user:alice", "revokedAt" : "2026-09-21T14:15:20Z", "role" : "operator", \
                "scope" : "site=berlin", "state" : "revoked" } ] }
                """)
    }

    @Test func `admin users`() throws {
        var user = UserSummary(
            id: "k3v9q2m4xa", name: "alice", role: .admin, state: .invited, sessions: 0,
            createdAt: CommandSamples.now, lastSignInAt: nil)
        let link = SignInLink(
            user: user, path: Secret("/welcome/x"), server: "https://tower.example:8443", fingerprint: "AB:CD",
            expiresAt: CommandSamples.now + 86400)
        let row = """
            "createdAt" : "2026-09-21T14:13:20Z", "hasSecondFactor" : false, "id" : "k3v9q2m4xa", \
            "mayReveal" : false, "name" : "alice", "role" : "admin", "sessions" : 0, "state" : "invited"
            """
        #expect(
            Self.flat(try Self.json(link)) == """
                { "expiresAt" : "2026-09-22T14:13:20Z", "fingerprint" : "AB:CD", "path" : "/welcome/x", \
                "server" : "https://tower.example:8443", "user" : { \(row) } }
                """)
        user.state = .active
        user.hasSecondFactor = true
        user.mayReveal = true
        user.scope = "site=berlin"
        user.lastSignInAt = CommandSamples.now + 60
        #expect(
            Self.flat(try Self.json(UserList(users: [user]))) == """
                { "users" : [ { "createdAt" : "2026-09-21T14:13:20Z", "hasSecondFactor" : true, \
                "id" : "k3v9q2m4xa", "lastSignInAt" : "2026-09-21T14:14:20Z", "mayReveal" : true, "name" : "alice", \
                "role" : "admin", "scope" : "site=berlin", "sessions" : 0, "state" : "active" } ] }
                """)
    }

    @Test func `devices reveal-password`() throws {
        let answer = RevealedPassword(
            current: Secret("b"), pending: nil,
            history: [PastPassword(version: 1, createdAt: CommandSamples.now, password: Secret("a"))],
            dueAt: CommandSamples.now + 3600)
        #expect(
            Self.flat(try Self.json(answer)) == """
                { "current" : "b", "dueAt" : "2026-09-21T15:13:20Z", "history" : [ { \
                "createdAt" : "2026-09-21T14:13:20Z", "password" : "a", "version" : 1 } ] }
                """)
        #expect(
            Self.flat(try Self.json(RevealedPassword(current: nil, pending: Secret("c")))) == "{ \"pending\" : \"c\" }")
    }

    @Test func `admin connections`() throws {
        let row = ConnectionSummary(
            id: 7, deviceID: "abcdefgh23", deviceName: "edge-1", actor: "user:alice", source: "192.0.2.7",
            startedAt: CommandSamples.now)
        #expect(
            Self.flat(try Self.json(ConnectionList(connections: [row]))) == """
                { "connections" : [ { "actor" : "user:alice", "deviceID" : "abcdefgh23", "deviceName" : "edge-1", \
                "id" : 7, "source" : "192.0.2.7", "startedAt" : "2026-09-21T14:13:20Z" } ] }
                """)
        #expect(
            Watchman.ConnectionsList.table([row], now: CommandSamples.now + 90) == [
                "ID  DEVICE  WHO         FROM       SINCE", "7   edge-1  user:alice  192.0.2.7  1 min ago",
            ])
    }

    @Test func `admin audit`() throws {
        let row = AuditRow(
            id: 7, at: AuditTime("2026-09-21 14:13:20.123"), actor: "user:alice", source: "192.0.2.7",
            action: "device.tag", subject: "abcdefgh23", detail: "a", hash: "0f")
        let json = """
            "action" : "device.tag", "actor" : "user:alice", "at" : "2026-09-21T14:13:20.123Z", "detail" : "a", \
            "hash" : "0f", "id" : 7, "source" : "192.0.2.7", "subject" : "abcdefgh23"
            """
        #expect(
            Self.flat(try Self.json(AuditList(entries: [row], next: "6")))
                == "{ \"entries\" : [ { \(json) } ], \"next\" : \"6\" }"
        )
        #expect(
            Watchman.AuditRows.table([row]) == [
                "ROW  WHEN                     WHO         FROM       WHAT        SUBJECT     DETAIL",
                "7    2026-09-21 14:13:20 UTC  user:alice  192.0.2.7  device.tag  abcdefgh23  a",
            ])
    }

    private static func flat(_ text: String) -> String {
        text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }
}
