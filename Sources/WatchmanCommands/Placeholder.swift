public import ArgumentParser
import TOMLKit
public struct Watchman: ParsableCommand {
    public static let configuration = CommandConfiguration(commandName: "watchman")
    public init() {}
    public func run() throws { print(try TOMLTable(string: "a = 1")) }
}
