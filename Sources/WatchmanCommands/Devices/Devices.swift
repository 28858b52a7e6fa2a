import ArgumentParser

extension Watchman {
    struct Devices: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List and manage devices.",
            discussion: "A device is named by its id, its name, or the beginning of either if that is enough.",
            subcommands: [
                DevicesList.self, DevicesShow.self, DevicesPending.self, DevicesApprove.self, DevicesReject.self,
                DevicesRename.self, DevicesTag.self, DevicesReplace.self, DevicesRemove.self, DevicesChoose.self,
                DevicesAcceptHostKeys.self, DevicesRotatePassword.self, DevicesRevealPassword.self,
                DevicesSSHConfig.self,
            ],
            defaultSubcommand: DevicesList.self)
    }
}

/// The device that a command is about.
struct DeviceArgument: ParsableArguments {
    @Argument(help: "Id or name of the device, or the beginning of one.")
    var device: String

    /// The part of an API path that names it. What cannot be a device goes no further.
    func path(_ rest: String = "") throws -> String {
        "/api/v1/devices/\(try DeviceReference.checked(self.device))\(rest)"
    }
}
