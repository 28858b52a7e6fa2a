/// Why bytes were refused as an OpenSSH key, signature or certificate.
///
/// The texts are fixed: they never repeat what was read, so they are safe in logs, terminals and pages.
public enum SSHFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The data ends inside a field.
    case truncated
    /// The data goes on after its last field.
    case trailingBytes
    /// The data is larger than any valid key, signature or certificate.
    case tooLarge
    /// A field breaks its format; the text names the object and the cause.
    case malformed(String)
    /// A valid object of a kind that watchman does not take; the text says which kinds it takes.
    case unsupported(String)
    /// A well-formed signature that does not prove what was asked; the text says which part differs.
    case signature(String)
    /// A certificate that must not be signed; the text names the field.
    case certificate(String)

    /// The reason, in lower case and without a full stop.
    public var description: String {
        switch self {
        case .truncated: "ssh data ends inside a field"
        case .trailingBytes: "ssh data goes on after its last field"
        case .tooLarge: "ssh data is larger than \(SSHReader.limit) bytes"
        case .malformed(let text), .unsupported(let text), .signature(let text), .certificate(let text): text
        }
    }
}
