import Testing
import WatchmanCore
import WatchmanSystem

@Suite struct KnownHostsTests {
    @Test func `a gateway is trusted by the CA of its host key, under one alias`() {
        let key = SSHPrivateKey.generate().publicKey
        #expect(KnownHosts.gatewayLine(key) == "@cert-authority gateway.watchman \(key.line)\n")
    }

    @Test func `a device is known by exactly its host keys, under its id`() {
        let keys = [SSHPrivateKey.generate().publicKey, SSHPrivateKey.generate().publicKey]
        #expect(
            KnownHosts.deviceLines("abc", keys) == "abc.watchman \(keys[0].line)\nabc.watchman \(keys[1].line)\n")
        #expect(KnownHosts.deviceLines("abc", []) == "")
        #expect(KnownHosts.deviceAlias("abc") != KnownHosts.gatewayAlias)
    }
}
