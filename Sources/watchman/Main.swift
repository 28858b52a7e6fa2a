import WatchmanCommands
import WatchmanGateway

@main
enum Main {
    static func main() async {
        // Before anything else is set up: sshd asks this at every login.
        KeyLookup.answerIfAsked(CommandLine.arguments)
        await Watchman.start()
    }
}
