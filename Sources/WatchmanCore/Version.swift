/// The version of this build.
public enum Version {
    /// Semantic version, as `watchman --version` prints it.
    public static let current = "0.1.0"
}
