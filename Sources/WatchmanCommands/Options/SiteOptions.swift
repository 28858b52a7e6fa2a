import ArgumentParser
import WatchmanAgent

/// Where the agent's files are.
struct SiteOptions: ParsableArguments {
    @Option(help: "The agent's folder.")
    var folder = "/root/Secure-Tunnel"

    var site: EdgeSite { EdgeSite(folder: self.folder) }
}
