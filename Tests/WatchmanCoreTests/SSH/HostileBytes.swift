/// Damaged copies of valid bytes, the same in every run.
enum HostileBytes {
    /// Every proper prefix.
    static func truncations(of bytes: [UInt8]) -> some Sequence<[UInt8]> {
        bytes.indices.lazy.map { Array(bytes.prefix($0)) }
    }

    /// `count` copies in which one to four bytes are changed, removed, doubled or turned into a large length.
    static func mutations(of bytes: [UInt8], count: Int, seed: UInt64) -> some Sequence<[UInt8]> {
        var generator = SplitMix64(state: seed)
        return (0..<count).map { _ in
            var copy = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) { damage(&copy, &generator) }
            return copy
        }
    }

    private static func damage(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
        guard let index = bytes.indices.randomElement(using: &generator) else { return }
        switch UInt8.random(in: 0..<5, using: &generator) {
        case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[index] = .random(in: 0 ... .max, using: &generator)
        case 2: bytes.remove(at: index)
        case 3: bytes.insert(bytes[index], at: index)
        default: bytes.replaceSubrange(index..<min(index + 4, bytes.count), with: [0xff, 0xff, 0xff, 0xff])
        }
    }
}

/// A random number generator with a fixed seed (Steele, Lea and Flood, 2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
