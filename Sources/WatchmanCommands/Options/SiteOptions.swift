import ArgumentParser
import WatchmanAgent

/// Where the agent's files are.
struct SiteOptions: ParsableArguments {
    static let defaultFolder = "/root/Secure-Tunnel"

    @Option(help: "The agent's folder.")
    var folder = SiteOptions.defaultFolder

    /// An agent elsewhere keeps out of the way of the machine's own.
    var site: EdgeSite {
        self.folder == Self.defaultFolder
            ? EdgeSite(folder: self.folder) : EdgeSite(folder: self.folder, runtimeFolder: "\(self.folder)/run")
    }
}
