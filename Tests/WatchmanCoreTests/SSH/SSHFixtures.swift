/// Keys, signatures and certificates made once by OpenSSH 9.2's ssh-keygen for these tests and used nowhere else.
enum SSHFixtures {
    static let ed25519Line = """
        ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDC9L5tua7xaHwOJGm8Vwq3trQZW8RyK0tAdMsF7Df/Q
        """

    static let rsaLine = """
        ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDAmnjTjLCRO4Bxfgzgpx8DmBht0hU6N6z2PDG/2UqMedgAg1t+06aCrX74LikxIiAQ\
        shLz/TUJ8H42vqJpgafhY3C4EkrhBxb5WF3h9QFBaL3Zx9qXQm71d7hfm7ANoymfRnYd3KjGM6uTxVg/Ii9wfz8hF04QU11EL6pLQCI4\
        mO238oC3E1ovyFdCAYJ8i/wKBSI6LjO9/T/KmIyF+1rlfJYxSOteNWD8ernOnBYLvDGER+cRiRNzRSz61ywNos/NJbXqr5E14fdsI2pa\
        cTIxMA6GCG+ER+XQ09W6zAZ7po1rlIk346EC8dVJTbWrII2yaUjRQP6vUjblfWdAnkCR
        """

    static let p256Line = """
        ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNM/odN1HwssbF1BbxnWRK3D0XgIlePn\
        5X88xCwPUlyr9k5xjsBwXYgyX31p6NJKypryZyPTjH5lds5OGQbeH1w=
        """

    static let p384Line = """
        ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBB7TnhhNt2jq0eeMsKFp01tKhRwuz3fv\
        H0cx/uQKUjq4bfZvzLwlATSRd9W+fUj1GCTxtNOvY7Kia+YqQmSkZzCL7TqcHRV258ATQGxIqq9cZtpDsUKc/XsD8N2Ikjs6GA==
        """

    static let p521Line = """
        ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBADCw3UbuPrSHa/jP4i6Cc/rqV3oAj8/\
        sTyfQCXm87Y41KFvAuz/qoOPHN1tUufKiA0VEElju5EWk2T/ntNqgbYp5wBMetVF6CJX0oZMMglrfJfkuCSZh7DVDJLk9nwUnRjnhUfI\
        iT/17qWX66tRMq4FLwjLKYDrzMas50PdAcrUDBhxhg==
        """

    static let rsa1024Line = """
        ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCx+glhysuOBoWiLQY4zW3UovcgyJfiqxmV0VF68ZkDiYBihI+Bfk6uC6LqZ6baSpI1\
        RVCNXhQG1jrARbDGt/NGzbV7m2MHhYFFrDRQdjKOSpeSd1r4N78QuGc8AnwgE9wwPU6fBooAkroPW59iIcOH2mVBku0wz1pp4RHKgZQE\
        NQ==
        """

    static let ed25519Key = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        QyNTUxOQAAACAwvS+bbmu8Wh8DiRpvFcKt7a0GVvEcitLQHTLBew3/0AAAAIjniJQj54iU
        IwAAAAtzc2gtZWQyNTUxOQAAACAwvS+bbmu8Wh8DiRpvFcKt7a0GVvEcitLQHTLBew3/0A
        AAAECKQaxQty8X4J8x7zLJ+03ZTfCqHC3XuSAiQDspDapfIDC9L5tua7xaHwOJGm8Vwq3t
        rQZW8RyK0tAdMsF7Df/QAAAAAAECAwQF
        -----END OPENSSH PRIVATE KEY-----
        """

    static let rsaKey = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABFwAAAAdzc2gtcn
        NhAAAAAwEAAQAAAQEAwJp404ywkTuAcX4M4KcfA5gYbdIVOjes9jwxv9lKjHnYAINbftOm
        gq1++C4pMSIgELIS8/01CfB+Nr6iaYGn4WNwuBJK4QcW+Vhd4fUBQWi92cfal0Ju9Xe4X5
        uwDaMpn0Z2HdyoxjOrk8VYPyIvcH8/IRdOEFNdRC+qS0AiOJjtt/KAtxNaL8hXQgGCfIv8
        CgUiOi4zvf0/ypiMhfta5XyWMUjrXjVg/Hq5zpwWC7wxhEfnEYkTc0Us+tcsDaLPzSW16q
        +RNeH3bCNqWnEyMTAOhghvhEfl0NPVuswGe6aNa5SJN+OhAvHVSU21qyCNsmlI0UD+r1I2
        5X1nQJ5AkQAAA7jQ4tXp0OLV6QAAAAdzc2gtcnNhAAABAQDAmnjTjLCRO4Bxfgzgpx8DmB
        ht0hU6N6z2PDG/2UqMedgAg1t+06aCrX74LikxIiAQshLz/TUJ8H42vqJpgafhY3C4Ekrh
        Bxb5WF3h9QFBaL3Zx9qXQm71d7hfm7ANoymfRnYd3KjGM6uTxVg/Ii9wfz8hF04QU11EL6
        pLQCI4mO238oC3E1ovyFdCAYJ8i/wKBSI6LjO9/T/KmIyF+1rlfJYxSOteNWD8ernOnBYL
        vDGER+cRiRNzRSz61ywNos/NJbXqr5E14fdsI2pacTIxMA6GCG+ER+XQ09W6zAZ7po1rlI
        k346EC8dVJTbWrII2yaUjRQP6vUjblfWdAnkCRAAAAAwEAAQAAAQAYC4Dfmj4V14mUwaGO
        b1bAHl4YYcScKMS7Ve75DkHQEUsN31hOGFK+mDXUeoDSfTnnE7ApjTgwpjk/kOOaS+E/Um
        iJVmFKQBYWaXmJAssWFSM0e86WmSjclMZsCzX6sd65n3SSDFD2s48tStMWSKiHAR/KvAvX
        Hm0znMbED7zl9zvC9ZIYHB3voDzvdcakxbSTE0AYXB/6gspl6TpQvoYKgXAC/bdhkc/KGR
        7nAU05Dbi/CSUm63vyQXZgSqu5pZ3RjA917DF/4ev2UwIJUp/Gzyq/BwtXdoKZvtgTVpv+
        AwSe1xGURCGVLz8Iv0dxEZqEIGf7nl4wpINqJyVPXxTlAAAAgQDccZnsa0ZpEUclfy/PDH
        81chRUDrTkzARCz7efNGratlLVBZpXRUwMkEfycaoR9iZ2QMN5yeBh+3ekqqQasGCclzvx
        YH47NplN2SIWDq47WZZeFMsV9aEwTz0FdaI+56mX7t+TInde0GyDQPTOqOeDY3n+Y4oWce
        uCHvlPaQ0EKQAAAIEA+yjx76yjsL/nMc1oTHIYFkl2OMWP7fXfugVqNEuutcKZWlRs/3XX
        Rhz5LGoCRstFuZaqOKRNgRsfD+dA1nn+M0k8yfYFitADjskPbDMvWx1JyBgpO2vdawX+lj
        Wg/F9tjToGO+mmncPAru+hO91CTjK4Rdvr/q9/8EbUzv5UtRUAAACBAMRQpe+VRnHeIxIU
        ztZjbZr2W4ujr5ae7CyxCOJqyXbV0rhvVQO3tPnTpHiS7QQUitgOWQjvtEYTzPN2OY25Fd
        8R62CuMDgBJscPWun8Jr+a6fkrkaRMTEictus8tloW3zRfZ3mDuHX/bBd69qIL+cejdRbj
        hHy9sXenCMtehXSNAAAAAAEC
        -----END OPENSSH PRIVATE KEY-----
        """

    static let rsaPKCS1Key = """
        -----BEGIN RSA PRIVATE KEY-----
        MIIEowIBAAKCAQEAwJp404ywkTuAcX4M4KcfA5gYbdIVOjes9jwxv9lKjHnYAINb
        ftOmgq1++C4pMSIgELIS8/01CfB+Nr6iaYGn4WNwuBJK4QcW+Vhd4fUBQWi92cfa
        l0Ju9Xe4X5uwDaMpn0Z2HdyoxjOrk8VYPyIvcH8/IRdOEFNdRC+qS0AiOJjtt/KA
        txNaL8hXQgGCfIv8CgUiOi4zvf0/ypiMhfta5XyWMUjrXjVg/Hq5zpwWC7wxhEfn
        EYkTc0Us+tcsDaLPzSW16q+RNeH3bCNqWnEyMTAOhghvhEfl0NPVuswGe6aNa5SJ
        N+OhAvHVSU21qyCNsmlI0UD+r1I25X1nQJ5AkQIDAQABAoIBABgLgN+aPhXXiZTB
        oY5vVsAeXhhhxJwoxLtV7vkOQdARSw3fWE4YUr6YNdR6gNJ9OecTsCmNODCmOT+Q
        45pL4T9SaIlWYUpAFhZpeYkCyxYVIzR7zpaZKNyUxmwLNfqx3rmfdJIMUPazjy1K
        0xZIqIcBH8q8C9cebTOcxsQPvOX3O8L1khgcHe+gPO91xqTFtJMTQBhcH/qCymXp
        OlC+hgqBcAL9t2GRz8oZHucBTTkNuL8JJSbre/JBdmBKq7mlndGMD3XsMX/h6/ZT
        AglSn8bPKr8HC1d2gpm+2BNWm/4DBJ7XEZREIZUvPwi/R3ERmoQgZ/ueXjCkg2on
        JU9fFOUCgYEA+yjx76yjsL/nMc1oTHIYFkl2OMWP7fXfugVqNEuutcKZWlRs/3XX
        Rhz5LGoCRstFuZaqOKRNgRsfD+dA1nn+M0k8yfYFitADjskPbDMvWx1JyBgpO2vd
        awX+ljWg/F9tjToGO+mmncPAru+hO91CTjK4Rdvr/q9/8EbUzv5UtRUCgYEAxFCl
        75VGcd4jEhTO1mNtmvZbi6Ovlp7sLLEI4mrJdtXSuG9VA7e0+dOkeJLtBBSK2A5Z
        CO+0RhPM83Y5jbkV3xHrYK4wOAEmxw9a6fwmv5rp+SuRpExMSJy26zy2WhbfNF9n
        eYO4df9sF3r2ogv5x6N1FuOEfL2xd6cIy16FdI0CgYBx6ZQxfD+RvrgBIoSXh3fd
        Q9xWy2QILWgXWrVcmqbW0Tf0fC4jfzLwHdv1hO8bZL5u+iKiJgLw93gTInOJ0zKz
        2Be2EdtZpha3AAH6tQxZauM32Z150eZO0B0zy4cEb9OkJhkFu2dSTqJptU2PdT7J
        cL+bD6/th3OjarzCVR/eMQKBgF1tGBs1ykmkcsJHHsxOkzndJmIFKyoeRb1bHyRJ
        t8kTJ25YpXfYdIs0WqB7I8r+T7lU0rB7CysSf0YaLHey7qKzb3YaT55HhgHT3+tc
        8b/b5J+NSYmMOf2Qf0jiItIq8lyFTsQ4mI+nV/SwszEZS+zjcHTNIB8RU6Ti3D+U
        oyR9AoGBANxxmexrRmkRRyV/L88MfzVyFFQOtOTMBELPt580atq2UtUFmldFTAyQ
        R/JxqhH2JnZAw3nJ4GH7d6SqpBqwYJyXO/Fgfjs2mU3ZIhYOrjtZll4UyxX1oTBP
        PQV1oj7nqZfu35Mid17QbINA9M6o54Njef5jihZx64Ie+U9pDQQp
        -----END RSA PRIVATE KEY-----
        """

    static let rsaPKCS8Key = """
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAmnjTjLCRO4Bx
        fgzgpx8DmBht0hU6N6z2PDG/2UqMedgAg1t+06aCrX74LikxIiAQshLz/TUJ8H42
        vqJpgafhY3C4EkrhBxb5WF3h9QFBaL3Zx9qXQm71d7hfm7ANoymfRnYd3KjGM6uT
        xVg/Ii9wfz8hF04QU11EL6pLQCI4mO238oC3E1ovyFdCAYJ8i/wKBSI6LjO9/T/K
        mIyF+1rlfJYxSOteNWD8ernOnBYLvDGER+cRiRNzRSz61ywNos/NJbXqr5E14fds
        I2pacTIxMA6GCG+ER+XQ09W6zAZ7po1rlIk346EC8dVJTbWrII2yaUjRQP6vUjbl
        fWdAnkCRAgMBAAECggEAGAuA35o+FdeJlMGhjm9WwB5eGGHEnCjEu1Xu+Q5B0BFL
        Dd9YThhSvpg11HqA0n055xOwKY04MKY5P5DjmkvhP1JoiVZhSkAWFml5iQLLFhUj
        NHvOlpko3JTGbAs1+rHeuZ90kgxQ9rOPLUrTFkiohwEfyrwL1x5tM5zGxA+85fc7
        wvWSGBwd76A873XGpMW0kxNAGFwf+oLKZek6UL6GCoFwAv23YZHPyhke5wFNOQ24
        vwklJut78kF2YEqruaWd0YwPdewxf+Hr9lMCCVKfxs8qvwcLV3aCmb7YE1ab/gME
        ntcRlEQhlS8/CL9HcRGahCBn+55eMKSDaiclT18U5QKBgQD7KPHvrKOwv+cxzWhM
        chgWSXY4xY/t9d+6BWo0S661wplaVGz/dddGHPksagJGy0W5lqo4pE2BGx8P50DW
        ef4zSTzJ9gWK0AOOyQ9sMy9bHUnIGCk7a91rBf6WNaD8X22NOgY76aadw8Cu76E7
        3UJOMrhF2+v+r3/wRtTO/lS1FQKBgQDEUKXvlUZx3iMSFM7WY22a9luLo6+Wnuws
        sQjiasl21dK4b1UDt7T506R4ku0EFIrYDlkI77RGE8zzdjmNuRXfEetgrjA4ASbH
        D1rp/Ca/mun5K5GkTExInLbrPLZaFt80X2d5g7h1/2wXevaiC/nHo3UW44R8vbF3
        pwjLXoV0jQKBgHHplDF8P5G+uAEihJeHd91D3FbLZAgtaBdatVyaptbRN/R8LiN/
        MvAd2/WE7xtkvm76IqImAvD3eBMic4nTMrPYF7YR21mmFrcAAfq1DFlq4zfZnXnR
        5k7QHTPLhwRv06QmGQW7Z1JOomm1TY91Pslwv5sPr+2Hc6NqvMJVH94xAoGAXW0Y
        GzXKSaRywkcezE6TOd0mYgUrKh5FvVsfJEm3yRMnblild9h0izRaoHsjyv5PuVTS
        sHsLKxJ/Rhosd7LuorNvdhpPnkeGAdPf61zxv9vkn41JiYw5/ZB/SOIi0iryXIVO
        xDiYj6dX9LCzMRlL7ONwdM0gHxFTpOLcP5SjJH0CgYEA3HGZ7GtGaRFHJX8vzwx/
        NXIUVA605MwEQs+3nzRq2rZS1QWaV0VMDJBH8nGqEfYmdkDDecngYft3pKqkGrBg
        nJc78WB+OzaZTdkiFg6uO1mWXhTLFfWhME89BXWiPuepl+7fkyJ3XtBsg0D0zqjn
        g2N5/mOKFnHrgh75T2kNBCk=
        -----END PRIVATE KEY-----
        """

    static let p256Key = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAaAAAABNlY2RzYS
        1zaGEyLW5pc3RwMjU2AAAACG5pc3RwMjU2AAAAQQTTP6HTdR8LLGxdQW8Z1kStw9F4CJXj
        5+V/PMQsD1Jcq/ZOcY7AcF2IMl99aejSSsqa8mcj04x+ZXbOThkG3h9cAAAAoBYlZqgWJW
        aoAAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBNM/odN1HwssbF1B
        bxnWRK3D0XgIlePn5X88xCwPUlyr9k5xjsBwXYgyX31p6NJKypryZyPTjH5lds5OGQbeH1
        wAAAAhANWmtoObbs6rMfzvUshdHdckVEfHkPJLBDIx8qNHOWq9AAAAAAECAwQFBgc=
        -----END OPENSSH PRIVATE KEY-----
        """

    /// An ed25519 key with a passphrase.
    static let encryptedKey = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABCWYx37pT
        E7jdmySQ9AMsXEAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAID2B0ERRKvloaR0y
        dCXsLG/345yGVeUnw8EEtgUWoa6/AAAAkHSpGm413PvhcUa3CaB10uNw1bUg9AlmvnqKKf
        floEyCHuBntOZqYpMmhj82e+ndI5MlOXHZ0DL4eegtpPazJ411vylE9WviE3k/U+AtxyKf
        8IfdKEcPGHWi+2o/t2TnHaxzjl4cxrIP11DCfWbA+DMbpG7rdHZmAUG9wJoM+rZ/7NKkDi
        mhr5SFVi4FdiL4XQ==
        -----END OPENSSH PRIVATE KEY-----
        """

    /// The ed25519 key that signed the certificates below.
    static let authorityKey = """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        QyNTUxOQAAACCorwnqEyrHB2pautAOXiyqoH2XzFFkykyfBda7fp8EiAAAAIi22Q5EttkO
        RAAAAAtzc2gtZWQyNTUxOQAAACCorwnqEyrHB2pautAOXiyqoH2XzFFkykyfBda7fp8EiA
        AAAEDAj/ZDM1taZ4wHcYmspz5yfgXz9k/yLh3q/Cx/MPrMjaivCeoTKscHalq60A5eLKqg
        fZfMUWTKTJ8F1rt+nwSIAAAAAmNhAQID
        -----END OPENSSH PRIVATE KEY-----
        """

    /// `watchman` signed in the namespace `watchman-test`, with sha512.
    static let ed25519Signature = """
        U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgML0vm25rvFofA4kabxXCre2tBlbxHIrS0B0ywXsN/9AAAAANd2F0Y2htYW4t\
        dGVzdAAAAAAAAAAGc2hhNTEyAAAAUwAAAAtzc2gtZWQyNTUxOQAAAECiV/N5B/AEJa9/oGH+sZnpUQPbQpLgLksQMBl26kw4r2mC/fMQ\
        KlgD3qv/5KvpPNwMHTcIsKVZzpng0B4uAAkB
        """

    /// The same by the RSA key.
    static let rsaSignature = """
        U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBAMCaeNOMsJE7gHF+DOCnHwOYGG3SFTo3rPY8Mb/ZSox52ACDW37TpoKt\
        fvguKTEiIBCyEvP9NQnwfja+ommBp+FjcLgSSuEHFvlYXeH1AUFovdnH2pdCbvV3uF+bsA2jKZ9Gdh3cqMYzq5PFWD8iL3B/PyEXThBT\
        XUQvqktAIjiY7bfygLcTWi/IV0IBgnyL/AoFIjouM739P8qYjIX7WuV8ljFI6141YPx6uc6cFgu8MYRH5xGJE3NFLPrXLA2iz80lteqv\
        kTXh92wjalpxMjEwDoYIb4RH5dDT1brMBnumjWuUiTfjoQLx1UlNtasgjbJpSNFA/q9SNuV9Z0CeQJEAAAANd2F0Y2htYW4tdGVzdAAA\
        AAAAAAAGc2hhNTEyAAABFAAAAAxyc2Etc2hhMi01MTIAAAEAaiOhTZ/Q0dZi82orhk/tOoHUXKeJSrr2ES4C+irly6zz983Ad/l27Fq3\
        P02K7+R4D3REgazOuouBpmrzq4qo5UhkoWkb7L5qE8pq82fw9wuA+VGGCdqrAxu05gpyVkUh1cMVlQr7kjiIYuRawJwzKEXKtoQBLGo4\
        bFX3Wt3mgkjTBO/I3S8DAJz+XLj+Pf5lcCPRKIZKBQNRCRxO/fk18iGEdGIZeiDh+lOCOYK5QV5HUL3ZJ9NAtQOxwvhikZeMXLCwQJVe\
        DKa78BjKDUo345TqT1j3ng5GKJqlNh25WEWd8gzUlmy+rZ8f/vzfxCrtcrP5qz8G78uuv5b+rrSiUQ==
        """

    /// The same with sha256.
    static let ed25519SHA256Signature = """
        U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgML0vm25rvFofA4kabxXCre2tBlbxHIrS0B0ywXsN/9AAAAANd2F0Y2htYW4t\
        dGVzdAAAAAAAAAAGc2hhMjU2AAAAUwAAAAtzc2gtZWQyNTUxOQAAAEBkF/FBOEhQK4lGnpCf73MUtX+7EWfNV4R67vtieI9bB9pGcBPh\
        sEGLb8thbbOxTGGP/TapMxK6R/tI4Nz+pW4H
        """

    /// The same with sha256 by the RSA key.
    static let rsaSHA256Signature = """
        U1NIU0lHAAAAAQAAARcAAAAHc3NoLXJzYQAAAAMBAAEAAAEBAMCaeNOMsJE7gHF+DOCnHwOYGG3SFTo3rPY8Mb/ZSox52ACDW37TpoKt\
        fvguKTEiIBCyEvP9NQnwfja+ommBp+FjcLgSSuEHFvlYXeH1AUFovdnH2pdCbvV3uF+bsA2jKZ9Gdh3cqMYzq5PFWD8iL3B/PyEXThBT\
        XUQvqktAIjiY7bfygLcTWi/IV0IBgnyL/AoFIjouM739P8qYjIX7WuV8ljFI6141YPx6uc6cFgu8MYRH5xGJE3NFLPrXLA2iz80lteqv\
        kTXh92wjalpxMjEwDoYIb4RH5dDT1brMBnumjWuUiTfjoQLx1UlNtasgjbJpSNFA/q9SNuV9Z0CeQJEAAAANd2F0Y2htYW4tdGVzdAAA\
        AAAAAAAGc2hhMjU2AAABFAAAAAxyc2Etc2hhMi01MTIAAAEADzlZNU/IyJNWqQcJLQjl+gEm4AR7kJPPivlq0v9aB0eU8AHSF5bGQ5jU\
        bUyPP4yOduSEadeqTZlvpASOMmV3ep95NgWCGDyhOci3Yz2l7yt+0IkHFuN8b7jC8LGd8ZQ3oNOGSAzVYkjQITCW751Y7Fib+NQbZskv\
        IbXMln1bvj9la5ZVxByj7GvXohviUoN07iU6udCX1r9jfqVoY245WcGdiHEbHHaQkQMZ/W4lwLatDdAok0yMBrePnMlYkh8PWJeSZFYv\
        zOyXVxtsriCsJticn7UJrG1+/Of9KYTKcQ/6Gx+EHW/ccQvuGcdTo4vPmUxD9SDKy3ZfKTdvqq9INQ==
        """

    /// The same by the ECDSA key of `p256Key`.
    static let p256Signature = """
        U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAEEE0z+h03UfCyxsXUFvGdZErcPReAiV4+fl\
        fzzELA9SXKv2TnGOwHBdiDJffWno0krKmvJnI9OMfmV2zk4ZBt4fXAAAAA13YXRjaG1hbi10ZXN0AAAAAAAAAAZzaGE1MTIAAABkAAAA\
        E2VjZHNhLXNoYTItbmlzdHAyNTYAAABJAAAAIHDAseNEg51t4RAqOke72kOjqbuGUKfE2wmNfbX+6EsCAAAAIQDdttlwHpYucOe+KJhN\
        aTRWUupLrVFoWkq/R6Ab0kxiSg==
        """

    /// User `alice:1`, serial 7, two principals, five minutes, two permissions, two source addresses.
    static let ed25519Certificate = """
        ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIGxBVsmByof0za/7nKP\
        mpaEdER5/izgCTjf+1LEFVXaCAAAAIDC9L5tua7xaHwOJGm8Vwq3trQZW8RyK0tAdMsF7Df/QAAAAAAAAAAcAAAABAAAAB2FsaWNlOjE\
        AAAAXAAAACHdtLWVkZ2UxAAAAB3dtLWp1bXAAAAAAaVW5AAAAAABpVbosAAAALgAAAA5zb3VyY2UtYWRkcmVzcwAAABgAAAAUMTI3LjA\
        uMC4xLzMyLDo6MS8xMjgAAAAwAAAAFnBlcm1pdC1wb3J0LWZvcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAAAAAAADMAAAA\
        Lc3NoLWVkMjU1MTkAAAAgqK8J6hMqxwdqWrrQDl4sqqB9l8xRZMpMnwXWu36fBIgAAABTAAAAC3NzaC1lZDI1NTE5AAAAQM9rEGjBiYo\
        bbcGWTKEAgqbwmUislzDEvaDkoi1FqdpXiMBc+s2RboephTeuIX0x2Z1dt7z/WSzUG3UOLW5zAQk=
        """

    /// User `bob`, serial 0, principal root, for ever, three permissions.
    static let rsaCertificate = """
        ssh-rsa-cert-v01@openssh.com AAAAHHNzaC1yc2EtY2VydC12MDFAb3BlbnNzaC5jb20AAAAg2imkHU5iy10ABIusGeYN92mTNan\
        s0poH+rxeg6ubPMsAAAADAQABAAABAQDAmnjTjLCRO4Bxfgzgpx8DmBht0hU6N6z2PDG/2UqMedgAg1t+06aCrX74LikxIiAQshLz/TU\
        J8H42vqJpgafhY3C4EkrhBxb5WF3h9QFBaL3Zx9qXQm71d7hfm7ANoymfRnYd3KjGM6uTxVg/Ii9wfz8hF04QU11EL6pLQCI4mO238oC\
        3E1ovyFdCAYJ8i/wKBSI6LjO9/T/KmIyF+1rlfJYxSOteNWD8ernOnBYLvDGER+cRiRNzRSz61ywNos/NJbXqr5E14fdsI2pacTIxMA6\
        GCG+ER+XQ09W6zAZ7po1rlIk346EC8dVJTbWrII2yaUjRQP6vUjblfWdAnkCRAAAAAAAAAAAAAAABAAAAA2JvYgAAAAgAAAAEcm9vdAA\
        AAAAAAAAA//////////8AAAAAAAAATwAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGl\
        uZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACCorwnqEyrHB2pautAOXiyqoH2XzFFkykyfBda\
        7fp8EiAAAAFMAAAALc3NoLWVkMjU1MTkAAABAsLqsqMM9j5fUd0d2/ZDeUDqMZj71ngvOyBJJXnw8DSEkGWGJasdkPNsytPCl59eToFy\
        qbKnnXib8GXO6bvLXAQ==
        """

    /// Host `gw`, serial 8, two names, five minutes.
    static let p256Certificate = """
        ecdsa-sha2-nistp256-cert-v01@openssh.com AAAAKGVjZHNhLXNoYTItbmlzdHAyNTYtY2VydC12MDFAb3BlbnNzaC5jb20AAAA\
        gfO3CZjiHsthDU3hI0HCPeMC1U41H5P61EYmh7l3RXkIAAAAIbmlzdHAyNTYAAABBBNM/odN1HwssbF1BbxnWRK3D0XgIlePn5X88xCw\
        PUlyr9k5xjsBwXYgyX31p6NJKypryZyPTjH5lds5OGQbeH1wAAAAAAAAACAAAAAIAAAACZ3cAAAAgAAAAD2dhdGV3YXkuZXhhbXBsZQA\
        AAAkxOTIuMC4yLjEAAAAAaVW5AAAAAABpVbosAAAAAAAAAAAAAAAAAAAAMwAAAAtzc2gtZWQyNTUxOQAAACCorwnqEyrHB2pautAOXiy\
        qoH2XzFFkykyfBda7fp8EiAAAAFMAAAALc3NoLWVkMjU1MTkAAABAi8PXnICxzTNQf6QOHPe2tIgMJZYBX+ApQYOgtTusE/KgiPT+uwl\
        P6t7R+40Z0TueKm6C04wfUcF++n5wtttnAw==
        """
}
