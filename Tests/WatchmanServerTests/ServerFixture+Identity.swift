import Foundation
import GRDB
import TestSupport
import WatchmanCore

@testable import WatchmanServer
@testable import WatchmanStore

/// Devices that are not what they were.
extension ServerFixture {
    /// The boots of two machines with one key.
    static let bootIDs = ["3f2a6d1e-0000-4000-8000-000000000001", "9b1c6d1e-0000-4000-8000-000000000002"]

    /// Makes two machines of a device without any call of it.
    func duplicate(_ device: TestDevice, chosen: Int? = nil) async throws {
        try await self.fleet.store.write { db in
            for (index, bootID) in Self.bootIDs.enumerated() {
                try db.execute(
                    sql: "INSERT INTO deviceInstance VALUES (?, ?, ?, ?, ?, ?, ?)",
                    arguments: [
                        device.id, bootID, "0123456789abcdef", "edge", "192.0.2.\(index)", Sample.now, Sample.now,
                    ])
            }
            try db.execute(
                sql: "UPDATE device SET isDuplicate = 1, bootID = ?, chosenBootID = ? WHERE id = ?",
                arguments: [Self.bootIDs[1], chosen.map { Self.bootIDs[$0] }, device.id])
        }
    }

    /// Gives a device's sshd other host keys, as it would report them.
    func changeHostKeys(_ device: TestDevice) async throws -> [SSHPublicKey] {
        let keys = [SSHPrivateKey.generate().publicKey]
        try await self.fleet.store.write { db in
            try db.execute(
                sql: "UPDATE device SET reportedHostKeys = ? WHERE id = ?",
                arguments: [try Store.json(keys), device.id])
        }
        return keys
    }
}

extension TestDevice {
    /// What the device sends to go over to another key.
    func keyChange(to key: SSHPrivateKey, bootID: String, proof: SSHPrivateKey? = nil) throws -> KeyChange {
        let message = DeviceSignature.keyMessage(device: self.id, bootID: bootID, publicKey: key.publicKey)
        let signature = try SSHSignature.sign(
            message, namespace: DeviceSignature.keyNamespace, with: proof ?? key)
        return KeyChange(
            publicKey: key.publicKey, bootID: bootID, proof: Data(signature).base64EncodedString())
    }
}
