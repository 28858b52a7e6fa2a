// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncAlgorithms: Target.Dependency = .product(name: "AsyncAlgorithms", package: "swift-async-algorithms")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite: Target.Dependency = .product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let jwtKit: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let toml: Target.Dependency = .product(name: "TOMLKit", package: "TOMLKit")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")

/// What the dashboard is made of besides code; all of it is compiled into the binary.
let dashboard = [
    "Account/account.mustache", "Assets/app.js", "Assets/icon.svg", "Assets/style.css", "Audit/audit.mustache",
    "Backups/backups.mustache", "CommandLine/cli-login.mustache", "Device/device.mustache", "Device/password.mustache",
    "Devices/devices.mustache", "Enrol/enrol.mustache", "Enrol/enrol.sh", "error.mustache", "Fleet/fleet.mustache",
    "Gateway/gateway.mustache", "Job/job.mustache", "JobRun/job-run.mustache", "Jobs/jobs.mustache", "layout.mustache",
    "Parts/chart.mustache", "Parts/mark.mustache", "Parts/moment.mustache", "Parts/note.mustache",
    "Parts/symbols.mustache", "People/people.mustache", "SignIn/code.mustache", "SignIn/passage.mustache",
    "SignIn/sign-in.mustache", "SignIn/welcome.mustache",
]

/// The parsers are built for libFuzzer when Tests/fuzz.sh asks for it: counted at every branch, with a program that feeds them.
let isFuzzed = Context.environment["WATCHMAN_FUZZ"] != nil
let counted: [SwiftSetting] = isFuzzed ? [.unsafeFlags(["-sanitize=fuzzer"])] : []
let fuzzing: [Target] =
    isFuzzed
    ? [
        .executableTarget(
            name: "watchman-fuzz", dependencies: ["CFuzzer", "WatchmanCore"], path: "Tests/Fuzz/Fuzz",
            swiftSettings: settings + [.unsafeFlags(["-enable-testing"])]),
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    ] : []

let package = Package(
    name: "watchman",
    products: [.executable(name: "watchman", targets: ["watchman"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .executableTarget(
            name: "watchman", dependencies: ["WatchmanCommands", "WatchmanGateway", "WatchmanSystem"],
            swiftSettings: settings),
        .target(
            name: "WatchmanCommands",
            dependencies: [
                "WatchmanServer", "WatchmanAgent", "WatchmanClient", "WatchmanGateway", "WatchmanSystem",
                "WatchmanCore", argumentParser, crypto, lifecycle, logging, toml, unixSignals,
            ],
            swiftSettings: settings),
        .target(
            name: "WatchmanServer",
            dependencies: [
                "WatchmanGateway", "WatchmanStore", "WatchmanSystem", "WatchmanCore", asn1, asyncAlgorithms,
                asyncHTTPClient, crypto, httpTypes, hummingbird, hummingbirdCore, jwtKit, lifecycle, logging, mustache,
                nio, nioHTTP1, nioHTTPTypes, nioPosix, nioSSL, nioTLS, x509,
            ],
            resources: dashboard.map { .embedInCode("Dashboard/\($0)") }, swiftSettings: settings),
        .target(
            name: "WatchmanGateway", dependencies: ["WatchmanSystem", "WatchmanCore", grdb, lifecycle, logging],
            swiftSettings: settings),
        .target(
            name: "WatchmanAgent",
            dependencies: ["WatchmanClient", "WatchmanSystem", "WatchmanCore", crypto, lifecycle, logging],
            swiftSettings: settings),
        .target(
            name: "WatchmanClient",
            dependencies: [
                "WatchmanSystem", "WatchmanCore", asn1, asyncHTTPClient, nio, nioHTTP1, nioPosix, nioSSL, x509,
            ],
            swiftSettings: settings),
        .target(
            name: "WatchmanStore", dependencies: ["WatchmanCore", crypto, grdb, grdbSQLite], swiftSettings: settings),
        .target(
            name: "WatchmanSystem", dependencies: ["CWatchman", "WatchmanCore", lifecycle, nio], swiftSettings: settings
        ),
        .target(name: "WatchmanCore", dependencies: [crypto, cryptoExtras], swiftSettings: settings + counted),
        .target(name: "CWatchman", linkerSettings: [.linkedLibrary("crypt")]),

        .target(
            name: "TestSupport", dependencies: ["WatchmanSystem", "WatchmanCore"], path: "Tests/TestSupport",
            swiftSettings: settings),
        .testTarget(name: "WatchmanCoreTests", dependencies: ["WatchmanCore"], swiftSettings: settings),
        .testTarget(
            name: "WatchmanSystemTests", dependencies: ["WatchmanSystem", "WatchmanCore", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanStoreTests", dependencies: ["WatchmanStore", "WatchmanCore", "TestSupport", grdb],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanGatewayTests",
            dependencies: ["WatchmanGateway", "WatchmanSystem", "WatchmanCore", "TestSupport", grdb, logging],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanClientTests", dependencies: ["WatchmanClient", "WatchmanCore", nio, nioPosix],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanAgentTests",
            dependencies: ["WatchmanAgent", "WatchmanClient", "WatchmanSystem", "WatchmanCore", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanServerTests",
            dependencies: [
                "WatchmanServer", "WatchmanGateway", "WatchmanStore", "WatchmanSystem", "WatchmanCore", "TestSupport",
                crypto, cryptoExtras, grdb, hummingbird, hummingbirdTesting, httpTypes, logging, nio, nioEmbedded,
                nioHTTP1,
                nioHTTPTypes, nioHTTPTypesHTTP1, nioSSL, nioTLS,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WatchmanCommandsTests",
            dependencies: [
                "WatchmanCommands", "WatchmanAgent", "WatchmanClient", "WatchmanServer", "WatchmanGateway",
                "WatchmanSystem", "WatchmanCore", "TestSupport", argumentParser,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "WatchmanAgent", "WatchmanClient", "WatchmanSystem", "WatchmanCore", "TestSupport", asn1, crypto,
                grdb, nio, nioPosix, nioSSL, x509,
            ],
            exclude: ["Fixtures"], swiftSettings: settings),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)
