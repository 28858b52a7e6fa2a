import ArgumentParser
import WatchmanClient
import WatchmanCore

extension Watchman {
    struct AdminLogin: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "login", abstract: "Remember a server and an API key for it.",
            discussion: """
                The key is read from standard input or a file. It names the server's key, so an impostor is found out before anything is sent.

                  $ watchman admin login --server https://tower.example:8443 --key-file key
                """)

        @Option(help: ArgumentHelp("The server.", valueName: "url")) var server: String
        @Option(help: ArgumentHelp("File with the API key. Default: standard input.", valueName: "file")) var keyFile:
            String?

        func run() async throws {
            let context = Context.live
            let url = try ServerURL(self.server)
            let key = try Credential(try Terminal.readSecret("API key", file: self.keyFile), kind: .apiKey)
            let (address, _) = try await ServerTrust.establish(url, pin: key.pin)
            guard case .remote(_, let authority) = address else { return }
            let count = try await APIClient.with(address, apiKey: key.text) { try await $0.devices().count }
            try Login(server: url, authority: authority, key: key.text).write(context)
            Terminal.data("logged in to \(url.text): \(count) device\(count == 1 ? "" : "s")")
        }
    }
}
