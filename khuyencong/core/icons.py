"""The icons of the sprite, by their names in Tabler Icons; `manage.py build_icons` builds it."""

SPRITE = "vendor/tabler-icons-3.52.0/sprite.svg"

ICONS = frozenset(
    """
    adjustments alert-circle alert-triangle archive arrow-back-up arrow-left arrow-right
    arrows-exchange arrows-sort award ban bell building building-community building-factory
    building-factory-2 building-store bulb calendar calendar-due certificate chart-bar check
    checklist chevron-down chevron-left chevron-right chevron-up circle-check circle-dashed
    circle-dot circle-minus circle-plus circle-x clipboard-check clipboard-list clipboard-text
    clock clock-exclamation cloud-check cloud-off cloud-upload coin coins columns copy
    currency-dong database device-floppy device-mobile dots download edit equal eraser
    exclamation-circle external-link eye file-export file-import file-spreadsheet file-text
    file-type-pdf file-type-xls filter flag git-merge hash help history home hourglass inbox
    info-circle key keyboard layout-list link list list-details lock lock-open login logout mail
    map map-pin menu-2 message message-2 minus mood-empty note notes package paperclip pencil
    percentage phone photo pin player-pause player-stop plus printer progress progress-check
    qrcode refresh report restore rotate rotate-clockwise school search send settings
    shield-check sort-ascending sort-descending speakerphone star sum table target thumb-up tool
    tools trash trending-down trending-up upload user user-circle users wifi-off x zoom-in
    """.split()
)
