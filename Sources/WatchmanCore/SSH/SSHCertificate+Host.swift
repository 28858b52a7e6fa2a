import Foundation

extension SSHCertificate {
    /// Returns only if the line is a host certificate for this name, of this key, that the authority signed and that never ends.
    public static func checkHost(
        _ line: String, name: String, key: SSHPublicKey, authority: SSHPublicKey
    ) throws(SSHFormatError) {
        let fields = line.utf8.split { ASCII.isSpace($0) }
        guard fields.count >= 2, let blob = Data(base64Encoded: String(decoding: fields[1], as: UTF8.self)) else {
            throw .malformed("certificate is not a line of type and base64")
        }
        let other = SSHFormatError.certificate("certificate is not the host's")
        var (plain, reader) = (try SSHReader(key.blob), try SSHReader(blob))
        _ = try plain.string()  // the plain key's type
        try reader.expect("\(key.type)-cert-v01@openssh.com", or: other)
        _ = try reader.string()  // the nonce
        let material = plain.remainder
        guard try reader.bytes(material.count).elementsEqual(material) else { throw other }
        _ = try reader.uint64()  // the serial number
        guard try reader.uint32() == 2 else { throw other }
        _ = try reader.string()  // the key id
        guard try reader.string().elementsEqual([UInt8].ssh { $0.string(name) }) else { throw other }
        guard try reader.uint64() == 0, try reader.uint64() == .max else {
            throw .certificate("certificate is not valid for ever")
        }
        for _ in 0..<3 { _ = try reader.string() }  // options, extensions, reserved
        guard try reader.string().elementsEqual(authority.blob) else {
            throw .certificate("certificate is by another authority")
        }
        let message = blob.dropLast(reader.remainder.count)
        let signature = try reader.string()
        try reader.end()
        try authority.check(signature, over: Array(message))
    }
}
