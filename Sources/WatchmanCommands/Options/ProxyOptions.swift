import ArgumentParser
import WatchmanClient
import WatchmanCore

/// The HTTP proxy of a device's site.
struct ProxyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "HTTP proxy of this site, `http://HOST:PORT`, for the agent's calls and, if there is no better way, the tunnel. Default: $https_proxy or $HTTPS_PROXY.",
            valueName: "url"))
    var proxy: String?

    @Option(help: ArgumentHelp("User that the proxy asks for.", valueName: "user"))
    var proxyUser: String?

    @Option(
        help: ArgumentHelp(
            "File with that user's password. Default: standard input, a line before the token.", valueName: "file"))
    var proxyPasswordFile: String?

    func validate() throws {
        if self.proxyUser != nil, self.proxy == nil { throw ValidationError("--proxy-user goes with --proxy") }
        if self.proxyPasswordFile != nil, self.proxyUser == nil {
            throw ValidationError("--proxy-password-file goes with --proxy-user")
        }
    }

    /// The proxy, or nil if neither the command line nor the environment names one. The agent, which has another environment, keeps it.
    func resolve(_ context: Context) throws -> HTTPProxy? {
        if let text = self.proxy {
            var proxy = try HTTPProxy(text)
            proxy.user = self.proxyUser
            if self.proxyUser != nil {
                let password = try Terminal.readSecret("proxy password", file: self.proxyPasswordFile)
                proxy.password = Secret(String(password.split(separator: "\n", omittingEmptySubsequences: false)[0]))
            }
            return proxy
        }
        for name in ["https_proxy", "HTTPS_PROXY"] {
            guard let text = context.environment[name], !text.isEmpty else { continue }
            let proxy = try HTTPProxy(text, allowsPassword: true)
            Terminal.say("watchman: using the proxy \(proxy.host):\(proxy.port) of $\(name)")
            return proxy
        }
        return nil
    }
}
