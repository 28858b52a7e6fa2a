import WatchmanCommands
import WatchmanGateway
import WatchmanSystem

@main
enum Main {
    static func main() async {
        // Before anything else is set up: sshd asks this at every login.
        KeyLookup.answerIfAsked(CommandLine.arguments)
        NameServices.useBuiltIn()
        HopDial.answerIfAsked(CommandLine.arguments)
        await AgentDial.answerIfAsked(CommandLine.arguments)
        Askpass.answerIfAsked()
        await Watchman.start()
    }
}
