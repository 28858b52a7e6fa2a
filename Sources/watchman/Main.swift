import ArgumentParser
import WatchmanCommands

@main
enum Main {
    static func main() { Watchman.main() }
}
